package baton.cli.drill;

/** A part of a training's state in which two runs are compared. */
enum Part {
  WEIGHTS("weights"),
  OPTIMIZER("optimizer"),
  STATE("program state"),
  ORDER("data order"),
  RANDOMNESS("randomness"),
  METRICS("metrics"),
  END("end");

  private final String title;

  Part(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  /** The title as one word. */
  String word() {
    return title.replace(' ', '-');
  }
}
