package baton.coordinator.drive;

import baton.coordinator.relay.Broker;
import baton.protocol.Sha256;
import baton.protocol.StoreAccess;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.StoreException;
import baton.storage.StoreTime;
import baton.storage.drive.DriveSpace;
import baton.storage.drive.oauth.ConsentFile;
import baton.storage.drive.oauth.ConsentedAccess;
import baton.storage.drive.oauth.DriveAccount;
import baton.storage.drive.oauth.DriveConsent;
import baton.storage.drive.oauth.FileStamp;
import baton.storage.drive.oauth.SignInException;
import baton.storage.drive.transfer.DrivePolicy;
import baton.storage.drive.transfer.DriveSetup;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lends access to the Drive to which a person has signed this coordinator in.
 *
 * <ol>
 *   <li>A sign-in or sign-out is noticed by a change of its file, without a restart.
 *   <li>Access is renewed long before it ends, so that lent access lasts for a while.
 *   <li>Access with which a worker was refused is no longer lent, and replaced at once.
 *   <li>A consent that has ended is reported, and tried again from time to time.
 * </ol>
 *
 * <p>{@link #step} does what is due and may wait for Google; all other methods answer from memory.
 */
public final class DriveBroker implements Broker {
  private static final Logger LOG = LoggerFactory.getLogger(DriveBroker.class);

  /** Long enough that lent access outlives a long upload. */
  private static final Duration RENEW_BEFORE_END = Duration.ofMinutes(15);

  private static final Duration NOT_WORTH_LENDING = Duration.ofMinutes(1);
  private static final Duration AFTER_SILENCE = Duration.ofSeconds(15);
  private static final Duration AFTER_AN_END = Duration.ofMinutes(5);
  private static final Duration BETWEEN_REFUSALS = Duration.ofSeconds(2);
  private static final Duration BETWEEN_SPACES = Duration.ofMinutes(5);

  private final ConsentFile file;
  private final StoreTime time;
  private final RandomGenerator random;

  private Optional<FileStamp> seen = Optional.empty();
  private Optional<DriveConsent> consent = Optional.empty();
  private Duration accessDue = Duration.ZERO;
  private Duration spaceDue = Duration.ZERO;
  private Duration lastRenewed = Duration.ZERO;
  private volatile Optional<Lending> lending = Optional.empty();
  private volatile Optional<Sha256> refused = Optional.empty();

  public DriveBroker(ConsentFile file, StoreTime time, RandomGenerator random) {
    this.file = file;
    this.time = time;
    this.random = random;
  }

  /** Does what is due; called about once a second, by one thread. */
  public void step() {
    Optional<FileStamp> stamp = FileStamp.of(file.path());
    if (!stamp.equals(seen)) {
      seen = stamp;
      reload();
    }
    if (consent.isEmpty()) {
      return;
    }
    Duration now = time.now();
    boolean isRefused =
        refused.isPresent()
            && refused.equals(lending.flatMap(Lending::tokenHash))
            && now.minus(lastRenewed).compareTo(BETWEEN_REFUSALS) >= 0;
    if (isRefused || now.compareTo(accessDue) >= 0) {
      renewAccess(consent.get());
    }
    if (lending.filter(Lending::lends).isPresent() && now.compareTo(spaceDue) >= 0) {
      readSpace(consent.get());
    }
  }

  private void reload() {
    accessDue = Duration.ZERO;
    spaceDue = Duration.ZERO;
    try {
      consent = file.consent();
      Optional<DriveAccount> account = file.account();
      lending = account.map(a -> Lending.nothing(a, consent.isEmpty() ? signedOut(a) : STARTING));
    } catch (SignInException e) {
      LOG.warn("{}", e.getMessage());
      consent = Optional.empty();
      lending = lending.map(before -> before.ended(e.getMessage()));
    }
  }

  private static final String STARTING =
      "Access to Google Drive is being asked for; wait a moment.";

  private static String signedOut(DriveAccount account) {
    return "Nobody is signed in to the Google Drive of %s; run 'baton drive login' where the coordinator runs."
        .formatted(account.identity());
  }

  private void renewAccess(DriveConsent by) {
    lastRenewed = time.now();
    try {
      ConsentedAccess access = ConsentedAccess.get(by);
      if (!lending.orElseThrow().lends()) {
        LOG.info("Access to {} is lent to workers.", by.account().store());
      }
      Duration until = time.now().plus(access.expiresIn());
      lending = lending.map(before -> before.with(access.token(), until));
      accessDue = until.minus(RENEW_BEFORE_END);
      if (accessDue.compareTo(time.now()) < 0) {
        accessDue = time.now().plus(access.expiresIn().dividedBy(2));
      }
    } catch (SignInException e) {
      LOG.warn("{}", e.getMessage());
      lending = lending.map(before -> before.ended(e.getMessage()));
      accessDue = time.now().plus(AFTER_AN_END);
    } catch (IOException e) {
      LOG.info("Google gives no answer about new access; asked again soon.");
      lending = lending.map(before -> before.unanswered(refused));
      accessDue = time.now().plus(AFTER_SILENCE);
    }
  }

  private void readSpace(DriveConsent by) {
    spaceDue = time.now().plus(BETWEEN_SPACES);
    try {
      DriveSetup setup = DriveSetup.of(by, DrivePolicy.standard().once(), time, random);
      DriveSpace space = DriveSpace.read(setup);
      lending = lending.map(before -> before.with(space));
    } catch (StoreException e) {
      LOG.info("{}", e.getMessage());
      accessDue = time.now(); // the consent may have ended; asking for access will show that
    }
  }

  @Override
  public Optional<Account> account() {
    return lending.map(
        now ->
            new Account(
                now.account().identity(),
                now.account().client(),
                now.account().store(),
                now.lends(),
                now.notice(),
                now.space().map(DriveSpace::limit).orElse(OptionalLong.empty()),
                now.space().map(s -> OptionalLong.of(s.used())).orElse(OptionalLong.empty()),
                now.space()
                    .map(s -> OptionalLong.of(s.usedByTrash()))
                    .orElse(OptionalLong.empty())));
  }

  @Override
  public Optional<StoreAccess> lend(StoreId store) {
    Optional<Lending> now = lending.filter(l -> l.account().store().equals(store));
    return now.filter(l -> !l.tokenHash().equals(refused) && left(l).isPresent())
        .map(l -> l.access(left(l).get()));
  }

  private Optional<Duration> left(Lending now) {
    Duration left = now.until().minus(time.now());
    return now.lends() && left.compareTo(NOT_WORTH_LENDING) > 0
        ? Optional.of(left)
        : Optional.empty();
  }

  @Override
  public void refused(Sha256 token) {
    refused = Optional.of(token);
  }

  @Override
  public Optional<String> whyNot() {
    Optional<Lending> now = lending;
    if (now.isEmpty()) {
      return Optional.of(
          "This coordinator is signed in to no Google Drive; run 'baton drive login' where it runs.");
    }
    return now.get().lends() ? Optional.empty() : now.get().notice();
  }
}
