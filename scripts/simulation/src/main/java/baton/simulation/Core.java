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
 * The rules of both sides, as a simulation plays by them. Each method as it stands here is the real
 * thing; a sabotage in the tests overrides one and so breaks one rule.
 */
class Core {
  static final Core REAL = new Core();

  Decision decide(Job job, Optional<Outcome> stored, Command command, Instant now) {
    return command.decide(job, stored, now);
  }

  /** What the coordinator takes a request for a lease for. */
  Ask asked(Ask ask, StoreId storeOfJobs) {
    return ask;
  }

  /** The clock by which a coordinator, ready since {@code ready}, lets leases run out. */
  Duration ticker(Duration now, Duration ready) {
    return now;
  }

  /** The progress a coordinator takes its {@code renewals}-th renewal for. */
  long progress(long told, long renewals) {
    return told;
  }

  /** After how long without a look a coordinator no longer trusts what it saw of renewals. */
  Duration longestAbsence(Duration asItIs) {
    return asItIs;
  }

  /** Whether the coordinators share renewals. */
  boolean sharesRenewals() {
    return true;
  }

  /** Whether a coordinator heeds that others came or went. */
  boolean noticesMembers() {
    return true;
  }

  /** Whether a coordinator takes a transaction for stored of which it heard nothing. */
  boolean takesSilenceForSuccess() {
    return false;
  }

  /** What a database stores of a transition whose job was changed since it was read. */
  Optional<Transition> savedThoughStale(Transition stale, Job now) {
    return Optional.empty();
  }

  /** How many requests a coordinator works on at a time. */
  int threads(int asManyAs) {
    return asManyAs;
  }

  /** How long a coordinator reads the files of a checkpoint. */
  Duration fileCheck(Duration takes) {
    return takes;
  }

  /** Whether a database may forget in a crash what it has answered. */
  boolean forgetsInCrash() {
    return false;
  }

  /** Whether a worker hears that its lease has ended. */
  boolean heedsStop() {
    return true;
  }

  /** Whether a worker gives up when its lease ran out while the coordinator was out of reach. */
  boolean givesUpOutOfReach() {
    return false;
  }

  /** Whether a worker goes on from a head, which its own script made or another one. */
  boolean accepts(boolean isOfThisScript, Grant grant) {
    return isOfThisScript || grant.acceptChange();
  }

  String folder(CheckpointFolder folder) {
    return folder.path();
  }

  /** Whether a checkpoint is told as saved before its files are in the store. */
  boolean manifestBeforeFiles() {
    return false;
  }

  /** What a run begins with that was restored from {@code state}. */
  SimulatedState restored(SimulatedState state) {
    return state;
  }
}
