package baton.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubnetTest {
  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/24, 10.0.0.255, true",
    "10.0.0.0/24, 10.0.1.0, false",
    "10.0.0.77/25, 10.0.0.3, true",
    "10.0.0.5, 10.0.0.5, true",
    "10.0.0.5, 10.0.0.4, false",
    "0.0.0.0/0, 1.2.3.4, true",
    "0.0.0.0/0, ::1, false",
    "fd00::/8, fdab::1, true",
    "fd00::/8, fe80::1, false"
  })
  void aBlockContainsWhatBeginsLikeIt(String block, String address, boolean contained)
      throws Exception {
    assertThat(Subnet.parse(block).contains(InetAddress.getByName(address))).isEqualTo(contained);
  }

  @Test
  void inIpv6AllAddressesOfOneHostCountAsOne() throws Exception {
    assertThat(Subnet.ofOneHost(InetAddress.getByName("2001:db8::1:2:3:4")))
        .isEqualTo(Subnet.ofOneHost(InetAddress.getByName("2001:db8::9")));
    assertThat(Subnet.ofOneHost(InetAddress.getByName("10.0.0.1")))
        .isNotEqualTo(Subnet.ofOneHost(InetAddress.getByName("10.0.0.2")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "example.org", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "10", "::g"})
  void whatIsNoBlockIsToldSo(String text) {
    assertThatThrownBy(() -> Subnet.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("write it like");
  }
}
