package baton.cli.relay;

/** A worker that ends at once and says nothing, as one that is killed. */
public final class SilentWorkerMain {
  private SilentWorkerMain() {}

  public static void main(String[] args) {
    System.exit(3);
  }
}
