package baton.worker;

import baton.worker.child.ChildListener;

/** Passes what a program's child process prints on to the session's listener. */
record ChildListenerAdapter(SessionListener listener, String program) implements ChildListener {
  @Override
  public void printed(String line) {
    listener.printed(program, line);
  }

  @Override
  public void redrawn(String frame) {
    listener.redrawn(program, frame);
  }

  @Override
  public void told(String sentence) {
    listener.told(program, sentence);
  }
}
