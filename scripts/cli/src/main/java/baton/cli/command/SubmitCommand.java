package baton.cli.command;

import baton.protocol.Cadence;
import baton.protocol.Data;
import baton.protocol.IoReason;
import baton.protocol.JobSpec;
import baton.protocol.Json;
import baton.protocol.PlainText;
import baton.protocol.Policy;
import baton.protocol.StoreId;
import baton.protocol.message.JobView;
import baton.worker.HumanUnits;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code submit}. */
@Command(
    name = "submit",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Submits a job.")
public final class SubmitCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Connection connection = new Connection();

  @Parameters(paramLabel = "PROGRAM", description = "The program to train, such as digits.")
  private String program;

  @Option(
      names = "--name",
      description = "Unique; default: the program's name and a few random digits.")
  private String name;

  @Option(names = "--epochs", required = true, description = "How many epochs to train.")
  private int epochs;

  @Option(names = "--seed", defaultValue = "0", description = "Default: ${DEFAULT-VALUE}")
  private long seed;

  @Mixin private ProgramParameters parameters = new ProgramParameters();

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description = "What to train on, as 'baton data put' wrote it.")
  private Path data;

  @Option(names = "--priority", defaultValue = "0", description = "Higher goes first.")
  private int priority;

  @Option(names = "--store", paramLabel = "ID", description = "The id of the store to use.")
  private String store;

  @Option(
      names = "--segment-epochs",
      description = "Epochs of a segment, after which another job may have its turn. Default: 1")
  private Integer segmentEpochs;

  @Option(
      names = "--save-every",
      paramLabel = "'N UNIT'|auto",
      description =
          "How often to save, such as '200 batches' or '300 seconds'; auto: as often as pays."
              + " Default: auto")
  private String saveEvery;

  @Mixin private KeepOptions keep = new KeepOptions();

  @Option(
      names = "--ttl",
      paramLabel = "DURATION",
      description = "How long a lease lasts without a renewal. Default: 60s")
  private String ttl;

  @Mixin private SilenceOption silence = new SilenceOption();

  @Override
  public Integer call() {
    String key = UUID.randomUUID().toString();
    JobView job = connection.ask(client -> client.submit(spec(key), Optional.of(key)));
    PrintWriter out = spec.commandLine().getOut();
    out.printf("Submitted %s as job %s.%n", job.spec().name(), job.id());
    job.notices().forEach(notice -> out.println(PlainText.of(notice)));
    out.flush();
    return 0;
  }

  private JobSpec spec(String key) {
    Policy usual = Policy.DEFAULT;
    Policy policy =
        usual
            .withTtl(ttl == null ? usual.ttl() : HumanUnits.duration(ttl))
            .withSegmentEpochs(segmentEpochs == null ? usual.segmentEpochs() : segmentEpochs)
            .withCadence(saveEvery == null ? usual.cadence() : cadence())
            .keeping(keep.last(usual), keep.retention());
    JobSpec job =
        JobSpec.of(name == null ? program + "-" + key.substring(0, 6) : name, program, epochs)
            .withParameters(parameters.values())
            .withSeed(seed)
            .withPriority(priority)
            .withPolicy(silence.on(policy));
    job = store == null ? job : job.withStore(new StoreId(store));
    return data == null ? job : job.withData(readData());
  }

  private Data readData() {
    try {
      return Json.readerFor(Data.class).readValue(Files.readString(data));
    } catch (JsonProcessingException e) {
      throw new ParameterException(
          spec.commandLine(),
          "%s is no reference to data: %s. Let 'baton data put' write one."
              .formatted(data, Json.explain(e)));
    } catch (IOException e) {
      throw new ParameterException(
          spec.commandLine(),
          "The data's reference %s cannot be read: %s.".formatted(data, IoReason.of(e)));
    }
  }

  private Cadence cadence() {
    if (saveEvery.strip().equals("auto")) {
      return Cadence.AUTO;
    }
    String[] words = saveEvery.strip().split(" +");
    try {
      return new Cadence(
          Integer.parseInt(words[0]), Cadence.Unit.valueOf(words[1].toUpperCase(Locale.ROOT)));
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      throw new ParameterException(
          spec.commandLine(),
          "--save-every takes auto, or a number and epochs, batches or seconds, such as '200"
              + " batches'.");
    }
  }
}
