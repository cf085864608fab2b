/** How fast checkpoints move to and from Drive, compared with curl and rclone. */
package baton.proofs.bench.drive;
