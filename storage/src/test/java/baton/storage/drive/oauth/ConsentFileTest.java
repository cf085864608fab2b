package baton.storage.drive.oauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.StoreId;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ConsentFileTest {
  private static final DriveAccount ACCOUNT =
      new DriveAccount(
          URI.create("http://127.0.0.1:1/"), "a@b.c", "client", "folder", new StoreId("store-1"));
  private static final DriveConsent CONSENT =
      new DriveConsent(ACCOUNT, new OAuthClient("client", "secret-of-client"), "1//secret-token");

  @TempDir Path folder;

  private Path data() {
    return folder.resolve("data");
  }

  private ConsentFile file() {
    return new ConsentFile(data());
  }

  @Test
  void beforeTheFirstSignInThereIsNeitherConsentNorAccount() throws Exception {
    assertThat(file().consent()).isEmpty();
    assertThat(file().account()).isEmpty();
  }

  @Test
  void whatIsWrittenIsReadByAnother() throws Exception {
    file().write(CONSENT);
    assertThat(file().consent()).contains(CONSENT);
    assertThat(file().account()).contains(ACCOUNT);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void nobodyElseMayReadItAndNothingElseIsLeft() throws Exception {
    file().write(CONSENT);
    file().write(CONSENT);
    assertThat(permissions(file().path())).isEqualTo("rw-------");
    assertThat(permissions(data())).isEqualTo("rwx------");
    try (Stream<Path> all = Files.list(data())) {
      assertThat(all).containsExactly(file().path());
    }
  }

  /** A reader of an open file keeps what he may see: it must be closed from its first byte on. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aPartThatIsOpenToAllIsNotWrittenInto() throws Exception {
    Files.createDirectories(data());
    Path open = Files.createFile(data().resolve("drive.json.part"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-rw-rw-"));
    try (var reader = Files.newInputStream(open)) {
      file().write(CONSENT);
      assertThat(reader.readAllBytes()).isEmpty();
    }
    assertThat(permissions(file().path())).isEqualTo("rw-------");
  }

  private static String permissions(Path path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void afterASignOutOnlyTheAccountIsKnown() throws Exception {
    file().write(CONSENT);
    file().signOut();
    assertThat(file().consent()).isEmpty();
    assertThat(file().account()).contains(ACCOUNT);
    assertThat(Files.readString(file().path())).doesNotContain("secret");
  }

  @Test
  void aDamagedFileIsNotQuoted() throws Exception {
    file().write(CONSENT);
    String whole = Files.readString(file().path());
    for (String text : new String[] {"", "{}", whole.substring(5), whole.replace("store-1", "/")}) {
      Files.writeString(file().path(), text);
      assertThatThrownBy(() -> file().consent())
          .isInstanceOf(SignInException.class)
          .hasMessageContaining("sign in again")
          .hasMessageNotContaining("secret")
          .hasNoCause();
    }
  }

  @Test
  void itsTextTellsNoSecret() {
    assertThat(CONSENT.toString()).contains("a@b.c").doesNotContain("secret");
  }
}
