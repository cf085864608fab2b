package baton.storage.drive.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DriveErrorKindTest {

  @ParameterizedTest
  @CsvSource({
    "401, authError, SIGNED_OUT",
    "403, rateLimitExceeded, PASSES",
    "403, internalError, PASSES",
    "403, storageQuotaExceeded, FULL",
    "403, '', NOT_ALLOWED",
    "404, notFound, GONE",
    "408, '', PASSES",
    "409, fileIdInUse, TAKEN",
    "410, '', REFUSED",
    "416, requestedRangeNotSatisfiable, OUT_OF_RANGE",
    "429, anything, PASSES",
    "503, storageQuotaExceeded, PASSES"
  })
  void theReasonDecidesWhereTheStatusDoesNot(int status, String reason, DriveErrorKind verdict) {
    assertThat(DriveErrorKind.of(status, reason)).isEqualTo(verdict);
  }

  @ParameterizedTest
  @EnumSource
  void everyVerdictSaysWhatItMeansInWholeSentences(DriveErrorKind verdict) {
    assertThat(verdict.sentence()).matches("[A-Z].{40,}\\.");
  }

  @Test
  void aProxysPageIsJudgedByItsStatus() {
    DriveFailure failure = DriveFailure.ofAnswer(502, "<html>Bad gateway</html>");
    assertThat(failure.verdict()).isEqualTo(DriveErrorKind.PASSES);
    assertThat(failure).hasMessage("502");
  }

  @Test
  void aReasonOfNoKnownFormIsNotRepeated() {
    String body = "{\"error\":{\"errors\":[{\"reason\":\"see https://drive/upload_id=x\"}]}}";
    assertThat(DriveFailure.ofAnswer(403, body)).hasMessage("403");
  }

  @Test
  void anErrorOfTheNetworkIsNamedByItsKindAlone() {
    DriveFailure failure = DriveFailure.of(new IOException("503 for URL https://x/upload_id=y"));
    assertThat(failure.told("upload f"))
        .hasMessageStartingWith("Could not upload f (IOException). Google Drive could not be")
        .hasNoCause();
  }
}
