package baton.proofs.lipnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class CurveChartTest {
  private final String svg =
      CurveChart.svg(
          List.of(new CurvePoint(1, 1.2, 0.5), new CurvePoint(1.8, 0, 0.25)), 0.15, 0.023);

  @Test
  void wordsAndCharactersEachHaveALine() throws Exception {
    Document picture =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));

    assertThat(picture.getElementsByTagName("polyline").getLength()).isEqualTo(2);
  }

  @Test
  void fromLeftToRightGoTheMinutesAndDownGoTheErrors() {
    assertThat(svg).contains("points=\"340.0,20.0 564.0,275.0\"");
    assertThat(svg).contains("points=\"340.0,147.5 564.0,211.3\"");
  }

  @Test
  void whatWasPromisedAndWhatCanBeReachedAreWrittenOnIt() {
    assertThat(svg).contains("wanted 15.0 %", "floor 2.3 %", ">0 %<", ">100 %<");
  }
}
