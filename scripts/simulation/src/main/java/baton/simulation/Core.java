package baton.simulation;

import baton.coordinator.lease.Command;
import baton.coordinator.lease.Decision;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore.Transition;
import baton.coordinator.lease.Outcome;
import baton.protocol.Ask;
import baton.protocol.Grant;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.CheckpointFolder;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The rules of coordinator and worker in a simulation. Each method here follows the real rule; a
 * sabotage in the tests overrides one method to break one rule.
 */
class Core {
  static final Core REAL = new Core();

  Decision decide(Job job, Optional<Outcome> stored, Command command, Instant now) {
    return command.decide(job, stored, now);
  }

  /** A request for a lease, as the coordinator understands it. */
  Ask asked(Ask ask, StoreId storeOfJobs) {
    return ask;
  }

  /** The clock by which a coordinator, ready since {@code ready}, expires leases. */
  Duration ticker(Duration now, Duration ready) {
    return now;
  }

  /** The progress that a coordinator reads from its {@code renewals}-th renewal. */
  long progress(long told, long renewals) {
    return told;
  }

  /** After how long without a tick a coordinator no longer trusts the renewals that it saw. */
  Duration longestAbsence(Duration asItIs) {
    return asItIs;
  }

  /** Whether the coordinators share renewals. */
  boolean sharesRenewals() {
    return true;
  }

  /** Whether a coordinator notices that others joined or left. */
  boolean noticesMembers() {
    return true;
  }

  /** Whether a coordinator takes a transaction with an unknown outcome for stored. */
  boolean takesSilenceForSuccess() {
    return false;
  }

  /** What a database stores of a transition whose job has changed since it was read. */
  Optional<Transition> savedThoughStale(Transition stale, Job now) {
    return Optional.empty();
  }

  /** How many requests a coordinator handles at a time. */
  int threads(int asManyAs) {
    return asManyAs;
  }

  /** How long a coordinator takes to read the files of a checkpoint. */
  Duration fileCheck(Duration takes) {
    return takes;
  }

  /** Whether a database may lose acknowledged transactions in a crash. */
  boolean forgetsInCrash() {
    return false;
  }

  /** Whether a worker obeys when it is told that its lease has ended. */
  boolean heedsStop() {
    return true;
  }

  /** Whether a worker gives up when its lease ran out while the coordinator was out of reach. */
  boolean givesUpOutOfReach() {
    return false;
  }

  /** Whether a worker accepts a head, made by its own script or by another one. */
  boolean accepts(boolean isOfThisScript, Grant grant) {
    return isOfThisScript || grant.acceptChange();
  }

  String folder(CheckpointFolder folder) {
    return folder.path();
  }

  /** Whether a manifest is written before the checkpoint's files are in the store. */
  boolean manifestBeforeFiles() {
    return false;
  }

  /** The state in which a run that was restored from {@code state} begins. */
  SimulatedState restored(SimulatedState state) {
    return state;
  }
}
