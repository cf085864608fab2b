package baton.worker;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** Where a worker's checkpoints live, as a person names it. */
public sealed interface Place {

  /** A directory, its own or shared. */
  record Directory(Path path) implements Place {}

  /**
   * The Google Drive of whoever this machine is signed in as.
   *
   * @param folder the name of the store's folder; empty: the first that this sign-in made
   * @param api the address of Drive's API, with a slash at its end
   */
  record Drive(Optional<String> folder, URI api) implements Place {}
}
