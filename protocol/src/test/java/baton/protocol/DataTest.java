package baton.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.message.JobSubmission;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataTest {
  private static final DataSource HERE = new DataSource.Directory("/data/grid");
  private static final DataFile FIRST = file("00000.tar", HERE);
  private static final DataFile SECOND = file("labels/all.csv", HERE);

  private static DataFile file(String path, DataSource source) {
    return new DataFile(path, 7, Sha256.ofText(path), source);
  }

  private static Data data(DataFile... files) {
    return new Data("grid", 1, List.of(files));
  }

  @Test
  void theSameBytesFromElsewhereUnderAnotherNameAreTheSameData() {
    Data elsewhere =
        new Data("copy", 1, List.of(file("00000.tar", new DataSource.DriveFile("1abc"))));
    assertThat(elsewhere.digest()).isEqualTo(data(FIRST).digest());
  }

  @Test
  void otherBytesAnotherPathOrAnotherOrderAreOtherData() {
    Data data = data(FIRST, SECOND);
    assertThat(
            List.of(
                data,
                data(SECOND, FIRST),
                data(FIRST),
                data(FIRST, file("labels/other.csv", HERE)),
                data(FIRST, new DataFile("labels/all.csv", 8, SECOND.sha256(), HERE)),
                data(FIRST, new DataFile("labels/all.csv", 7, FIRST.sha256(), HERE)),
                new Data("grid", 2, List.of(FIRST, SECOND))))
        .extracting(Data::digest)
        .doesNotHaveDuplicates();
    assertThat(data.bytes()).isEqualTo(14);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/etc/passwd", "../a", "a/../b", "a//b", "a/", ".", "a\\b", "a\nb"})
  void aPathThatLeadsOutIsRefused(String path) {
    assertThatThrownBy(() -> file(path, HERE)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "directory:/data/grid",
        "https://example.com/grid/00000.tar",
        "http://127.0.0.1:8080/x",
        "drive:1aB_-9"
      })
  void aSourceIsWrittenAsItIsRead(String text) {
    assertThat(DataSource.parse(text).text()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "directory:data",
        "http://example.com/x",
        "https://user:word@example.com/x",
        "https:///x",
        "ftp://example.com/x",
        "file:///etc/passwd",
        "drive:",
        "drive:a/b",
        "/data"
      })
  void aSourceThatNobodyShouldReadIsRefused(String text) {
    assertThatThrownBy(() -> DataSource.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void twoFilesAtOnePathAreRefused() {
    assertThatThrownBy(() -> data(FIRST, FIRST)).hasMessageContaining("two files at 00000.tar");
    assertThatThrownBy(() -> data()).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aJobKeepsItsDataOnTheWire() throws Exception {
    JobSpec spec = JobSpec.of("a", "b", 1).withData(data(FIRST));
    String text = Json.writer().writeValueAsString(JobSubmission.from(spec));
    assertThat(text).contains("\"source\":\"directory:/data/grid\"");
    JobSubmission read = Json.readerFor(JobSubmission.class).readValue(text);
    assertThat(read.toSpec()).isEqualTo(spec);
  }

  @Test
  void aSourceThatIsNoneIsToldByItsField() {
    String text =
        """
        {"name":"a","program":"b","epochs":1,"data":{"name":"d","order":1,"files":[
        {"path":"x","size":1,"sha256":"%s","source":"ftp://x"}]}}"""
            .formatted(FIRST.sha256());
    assertThatThrownBy(() -> Json.readerFor(JobSubmission.class).readValue(text))
        .hasMessageContaining("data comes from");
  }
}
