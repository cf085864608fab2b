package baton.storage.drive.fake;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The rules by which requests go wrong: the nth of an operation, and so many after it. */
public final class Faults {
  private final List<Rule> rules = new ArrayList<>();
  private Consumer<String> told = fault -> {};

  private static final class Rule {
    private final Operation operation;
    private final int first;
    private final int times;
    private final Action action;
    private int seen;

    Rule(Operation operation, int first, int times, Action action) {
      this.operation = operation;
      this.first = first;
      this.times = times;
      this.action = action;
    }

    boolean strikes(Operation asked) {
      if (asked != operation) {
        return false;
      }
      seen++;
      return seen >= first && seen - first < times;
    }
  }

  /** The next request of this kind goes wrong. */
  public Faults next(Operation operation, Action action) {
    return nth(operation, 1, action);
  }

  /** The nth request of this kind from now on goes wrong. */
  public Faults nth(Operation operation, int nth, Action action) {
    return from(operation, nth, 1, action);
  }

  /** Every request of this kind goes wrong from now on. */
  public Faults always(Operation operation, Action action) {
    return from(operation, 1, Integer.MAX_VALUE, action);
  }

  /** From the nth request of this kind from now on, so many go wrong. */
  public synchronized Faults from(Operation operation, int nth, int times, Action action) {
    if (nth < 1 || times < 1) {
      throw new IllegalArgumentException("requests are counted from 1");
    }
    rules.add(new Rule(operation, nth, times, action));
    return this;
  }

  public synchronized void clear() {
    rules.clear();
  }

  /** Has every fault told when it strikes. */
  public synchronized void tell(Consumer<String> listener) {
    told = listener;
  }

  /** What goes wrong with a request that has just come in. */
  synchronized List<Action> strike(Operation operation) {
    List<Action> actions = new ArrayList<>();
    for (Rule rule : rules) {
      if (rule.strikes(operation)) {
        actions.add(rule.action);
        told.accept(operation + " " + rule.action);
      }
    }
    return actions;
  }
}
