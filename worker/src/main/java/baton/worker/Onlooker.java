package baton.worker;

import baton.worker.child.ChildListener;

/** Passes on what one program's child prints. */
record Onlooker(SessionListener audience, String program) implements ChildListener {
  @Override
  public void printed(String line) {
    audience.printed(program, line);
  }

  @Override
  public void redrawn(String frame) {
    audience.redrawn(program, frame);
  }

  @Override
  public void told(String sentence) {
    audience.told(program, sentence);
  }
}
