package baton.proofs.exact;

import baton.cli.relay.Subject;

/**
 * A program to be proven exact.
 *
 * @param isOurs whether it is known to have an optimizer and to draw at random, so that both
 *     controls must differ
 */
record ExactCandidate(String title, Subject subject, boolean isOurs) {}
