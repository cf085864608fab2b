package baton.storage.drive;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.StoreException;
import baton.storage.drive.fake.Action;
import baton.storage.drive.fake.Operation;
import baton.storage.drive.oauth.ConsentFile;
import baton.storage.drive.oauth.ConsentedAccess;
import baton.storage.drive.oauth.DriveConsent;
import baton.storage.drive.oauth.DriveLogout;
import baton.storage.drive.oauth.SignInException;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Tokens and sessions' addresses all contain {@code secret-} here; nothing tells them. */
class SecrecyTest extends DriveStory {
  private static final String SECRET = "secret-";

  private final List<String> told = Collections.synchronizedList(new ArrayList<>());
  private final Logger google = Logger.getLogger("com.google");
  private final Handler javaLogs = new Listener();
  private final AppenderBase<ILoggingEvent> ourLogs = new Appender();

  private final class Listener extends Handler {
    @Override
    public void publish(LogRecord record) {
      told.add(record.getMessage() + stack(record.getThrown()));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  private final class Appender extends AppenderBase<ILoggingEvent> {
    @Override
    protected void append(ILoggingEvent event) {
      String stack =
          event.getThrowableProxy() == null
              ? ""
              : ThrowableProxyUtil.asString(event.getThrowableProxy());
      told.add(event.getFormattedMessage() + stack);
    }
  }

  private static String stack(Throwable thrown) {
    StringWriter text = new StringWriter();
    if (thrown != null) {
      thrown.printStackTrace(new PrintWriter(text));
    }
    return text.toString();
  }

  private static ch.qos.logback.classic.Logger root() {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    return context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  }

  @BeforeEach
  void listen() {
    google.addHandler(javaLogs);
    google.setLevel(java.util.logging.Level.ALL);
    ourLogs.start();
    root().addAppender(ourLogs);
    root().setLevel(Level.TRACE);
  }

  @AfterEach
  void stopListening() {
    google.removeHandler(javaLogs);
    google.setLevel(null);
    root().detachAppender(ourLogs);
    root().setLevel(Level.INFO);
  }

  @Test
  void noBadDayMakesAnybodyTellATokenOrASession() throws Exception {
    FileEntry entry = put("good");
    List<Action> badDays =
        List.of(
            new Action.Refuse(403, "insufficientPermissions"),
            new Action.Refuse(401, "authError"),
            new Action.Refuse(410, "gone"),
            new Action.Refuse(503, "secret-in-a-reason"),
            new Action.LoseReply(),
            new Action.CutRequest(100),
            new Action.NoProgress(),
            new Action.First(() -> bench.drive().auth().revoke(Bench.CLIENT)));
    for (Action action : badDays) {
      for (Operation operation :
          List.of(
              Operation.START_UPLOAD,
              Operation.CHUNK,
              Operation.UPLOAD_STATUS,
              Operation.DOWNLOAD,
              Operation.GET)) {
        faults().clear();
        faults().always(operation, action);
        note(() -> put(NAME + "-" + told.size()));
        note(() -> get(entry));
      }
    }
    told.add(bench.setup().toString());
    told.add(store.toString());

    assertThat(told).hasSizeGreaterThan(40);
    assertThat(told).allSatisfy(line -> assertThat(line).doesNotContain(SECRET));
  }

  @Test
  void noSignInMakesAnybodyTellACodeATokenOrTheClientsSecret() throws Exception {
    ConsentFile file = new ConsentFile(local.resolve("data"));
    bench.drive().faults().nth(Operation.TOKEN, 2, new Action.Refuse(503, "backendError"));
    told.add(bench.signIn(file, "own-client", "alice@example.com").toString());
    DriveConsent consent = file.consent().orElseThrow();
    told.add(consent + " " + consent.client() + " " + ConsentedAccess.get(consent));
    bench.drive().auth().revoke("own-client");
    try {
      told.add(ConsentedAccess.get(consent).toString());
    } catch (SignInException e) {
      told.add(stack(e));
    }
    bench.drive().faults().always(Operation.DEVICE_CODE, new Action.Refuse(403, "secret-reason"));
    try {
      bench.signIn(file, "own-client", "alice@example.com");
    } catch (SignInException e) {
      told.add(stack(e));
    }
    told.add(DriveLogout.run(file).toString());

    assertThat(told).hasSizeGreaterThan(4);
    assertThat(told).allSatisfy(line -> assertThat(line).doesNotContain(SECRET));
    assertThat(told).anySatisfy(line -> assertThat(line).contains("7 days"));
  }

  private interface Deed {
    void run() throws Exception;
  }

  private void note(Deed deed) throws Exception {
    try {
      deed.run();
    } catch (StoreException e) {
      told.add(stack(e));
    }
  }
}
