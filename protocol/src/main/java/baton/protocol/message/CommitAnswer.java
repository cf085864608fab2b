package baton.protocol.message;

import baton.protocol.AfterCommit;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.Verified;

/**
 * The answer to a commit.
 *
 * @param head digest of the new head
 * @param next what the holder does now
 * @param segmentEnd the end of the segment it is to train to; absent unless {@code next} is
 *     TRAIN_ON
 * @param verified who compared the files with the manifest: the coordinator, or the worker alone
 */
public record CommitAnswer(Sha256 head, AfterCommit next, Position segmentEnd, Verified verified) {}
