package baton.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class MembersTest {
  @Test
  void moreThanHalfDecide() {
    assertThat(Members.parse("a:1").majority()).isEqualTo(1);
    assertThat(Members.parse("a:1,b:1").majority()).isEqualTo(2);
    assertThat(Members.parse("a:1,b:1,c:1").majority()).isEqualTo(2);
    assertThat(Members.parse("a:1,b:1,c:1,d:1,e:1").majority()).isEqualTo(3);
  }

  @Test
  void eachMemberSeesItselfFirst() {
    Members members = Members.parse("a:1, b:1, c:1");

    Members seen = members.asSeenBy(Members.address("b:1"));

    assertThat(seen.own()).isEqualTo(new Members.Address("b", 1));
    assertThat(seen.all()).containsExactlyInAnyOrderElementsOf(members.all());
    assertThatThrownBy(() -> members.asSeenBy(Members.address("d:1")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not one of the cluster's");
  }

  @Test
  void whatNamesNoMembersIsRefusedInASentence() {
    for (String text : List.of("", "a", "a:", ":1", "a:0", "a:b", "a:1,,b:1", "a:1,a:1")) {
      assertThatThrownBy(() -> Members.parse(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
