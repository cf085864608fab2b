package baton.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenFileTest {
  @TempDir Path folder;

  private final SecureRandom random = new SecureRandom();

  @Test
  void beforeTheFirstStartThereAreNone() {
    assertThat(new TokenFile(folder).read()).isEmpty();
  }

  @Test
  void eachRoleGetsATokenThatSaysWhoseItIs() {
    List<Token> drawn = new TokenFile(folder).drawNew(random);

    assertThat(drawn).extracting(Token::role).containsExactly(Role.values());
    assertThat(drawn)
        .allSatisfy(
            token ->
                assertThat(token.text())
                    .matches("baton_" + token.role().word() + "_[A-Za-z0-9_-]{43}"));
  }

  @Test
  void theTokensOpenTheirRoleAgainAfterARestart() {
    List<Token> drawn = new TokenFile(folder).drawNew(random);

    Tokens read = new TokenFile(folder).read().orElseThrow();

    for (Token token : drawn) {
      assertThat(read.roleOf(token.text())).contains(token.role());
      assertThat(read.roleOf(token.text() + "x")).isEmpty();
    }
    assertThat(read.roleOf("")).isEmpty();
  }

  @Test
  void onlyHashesAreKeptAndOnlyForTheirOwner() throws Exception {
    List<Token> drawn = new TokenFile(folder).drawNew(random);

    Path file = folder.resolve("tokens");
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    for (Token token : drawn) {
      assertThat(Files.readString(file)).doesNotContain(token.text()).contains(token.hash().hex());
      assertThat(token.toString()).doesNotContain(token.text());
    }
  }

  @Test
  void newTokensReplaceTheOld() {
    TokenFile file = new TokenFile(folder);
    List<Token> old = file.drawNew(random);
    List<Token> fresh = file.drawNew(random);

    Tokens known = file.read().orElseThrow();

    assertThat(known.roleOf(old.get(0).text())).isEmpty();
    assertThat(known.roleOf(fresh.get(0).text())).contains(Role.ADMIN);
  }

  @Test
  void aDamagedFileSaysWhatToDo() throws Exception {
    Files.writeString(folder.resolve("tokens"), "admin");

    assertThatThrownBy(() -> new TokenFile(folder).read())
        .hasMessageContaining("damaged")
        .hasMessageContaining("Delete it");
  }

  @Test
  void whatIsHandedToAScriptIsForItsOwnerAlone() throws Exception {
    Path file = folder.resolve("handed");
    List<Token> drawn = new TokenFile(folder).drawNew(random);

    TokenFile.hand(drawn, file);

    assertThat(Files.readAllLines(file)).contains("worker=" + drawn.get(1).text());
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }
}
