package baton.proofs.lipnet;

import baton.cli.command.ProgramParameters;
import baton.programs.BuiltInPrograms;
import baton.programs.lipnet.Floor;
import baton.programs.lipnet.Montage;
import baton.protocol.JobSpec;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.worker.segment.Program;
import baton.worker.segment.Run;
import baton.worker.segment.TroubleException;
import baton.worker.train.TorchEngine;
import baton.worker.train.TorchSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import javax.imageio.ImageIO;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Trains lipnet through the port that a worker uses, and reports how well it reads unseen speakers.
 */
@Command(
    name = "lipnet.sh",
    mixinStandardHelpOptions = true,
    description =
        "Trains the program lipnet and prints its word error rate on people it has never seen.")
public final class LipNetMain implements Callable<Integer> {
  private static final double WANTED_RATE = 0.15;

  @Option(names = "--epochs", description = "epochs of training (${DEFAULT-VALUE})")
  private int epochs = 20;

  @Option(names = "--threads", description = "threads of one operation (${DEFAULT-VALUE})")
  private int threads = 2;

  @Option(names = "--seed", description = "seed of the job (${DEFAULT-VALUE})")
  private long seed = 1;

  @Option(names = "--device", description = "cpu, gpu or best (${DEFAULT-VALUE})")
  private String device = "cpu";

  @Option(names = "--within", description = "minutes that it may take (${DEFAULT-VALUE})")
  private double within = 10;

  @Option(names = "--pictures", description = "a folder for pictures of the clips and the curve")
  private Optional<Path> pictures = Optional.empty();

  @Mixin private ProgramParameters parameters = new ProgramParameters();

  public static void main(String[] arguments) {
    System.setProperty("logback.configurationFile", "baton/proofs/lipnet/logback.xml");
    System.setProperty("java.awt.headless", "true");
    System.exit(new CommandLine(new LipNetMain()).execute(arguments));
  }

  @Override
  public Integer call() {
    try {
      return train();
    } catch (TroubleException e) {
      return failed(e.trouble().message() + " " + e.trouble().remedy());
    } catch (IOException e) {
      return failed("the pictures could not be written: " + e);
    }
  }

  private static int failed(String why) {
    System.out.println("LIPNET FAILED " + why);
    return 1;
  }

  private int train() throws TroubleException, IOException {
    TorchEngine torch =
        new TorchEngine(new TorchSettings(threads, Optional.empty(), System.getenv()));
    Program lipnet =
        new BuiltInPrograms()
            .programs(torch).stream()
                .filter(program -> program.name().equals("lipnet"))
                .findFirst()
                .orElseThrow();
    JobSpec job =
        JobSpec.of("lipnet", "lipnet", epochs).withParameters(parameters.values()).withSeed(seed);
    List<CurvePoint> curve = new ArrayList<>();
    long begin = System.nanoTime();
    try (Run run =
        lipnet.start(Program.Start.plain(job, Position.START, Optional.empty(), device))) {
      while (job.end().isAfter(run.position())) {
        if (run.step().position().batch() == 0) {
          Duration passed = Duration.ofNanos(System.nanoTime() - begin);
          curve.add(report(run.evaluate(), passed));
        }
      }
    }
    draw(curve);
    return verdict(curve.get(curve.size() - 1), Duration.ofNanos(System.nanoTime() - begin));
  }

  private static CurvePoint report(Measurement measured, Duration passed) {
    Map<String, Double> values = measured.values();
    CurvePoint point = new CurvePoint(minutes(passed), values.get("wer"), values.get("cer"));
    System.out.println(
        format(
            "epoch %3d  %5.1f min  loss %6.2f  WER %5.1f %%  CER %5.1f %%  (greedy %5.1f, %5.1f)",
            measured.position().epoch(),
            point.minutes(),
            values.get("testLoss"),
            100 * point.wer(),
            100 * point.cer(),
            100 * values.get("greedyWer"),
            100 * values.get("greedyCer")));
    return point;
  }

  private void draw(List<CurvePoint> curve) throws IOException {
    if (pictures.isPresent()) {
      Path folder = Files.createDirectories(pictures.get());
      Montage clips = Montage.ofClips(seed);
      ImageIO.write(clips.picture(), "png", folder.resolve("clips.png").toFile());
      ImageIO.write(Montage.ofShapes(seed).picture(), "png", folder.resolve("shapes.png").toFile());
      Files.writeString(folder.resolve("curve.svg"), CurveChart.svg(curve, WANTED_RATE, floor()));
      System.out.println("The rows of clips.png say: " + String.join("; ", clips.captions()));
    }
  }

  private int verdict(CurvePoint last, Duration passed) {
    String result = format("wer=%.3f minutes=%.1f", last.wer(), minutes(passed));
    if (last.wer() > WANTED_RATE) {
      return failed(format("%s: the rate is above %.2f", result, WANTED_RATE));
    }
    if (minutes(passed) > within) {
      return failed(format("%s: it took more than %.0f minutes", result, within));
    }
    System.out.println("LIPNET OK " + result);
    return 0;
  }

  /** The lowest reachable word error rate; for filmed sentences it is unknown, and 0 is taken. */
  private double floor() {
    return parameters.values().containsKey("corpus") ? 0 : new Floor().wordErrorRate();
  }

  /** The duration in minutes. */
  private static double minutes(Duration passed) {
    return passed.toMillis() / 60_000.0;
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
