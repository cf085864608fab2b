/** How fast checkpoints move to and from Drive, side by side with curl and rclone. */
package baton.proofs.bench.drive;
