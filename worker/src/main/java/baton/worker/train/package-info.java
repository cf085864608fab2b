/**
 * Training with DJL and PyTorch, behind the ports of {@link baton.worker.segment}: the same weights
 * bit for bit, however often a run is stopped and restored within one numeric profile.
 *
 * <p>Adding a program is one class and one line. The class is a {@link baton.worker.train.Recipe},
 * or with several networks a {@link baton.worker.train.MultiNetworkRecipe}, for example:
 *
 * <pre>{@code
 * final class Iris implements Recipe<Labelled> {
 *   private final IrisTable table = IrisTable.load();
 *   private final int hidden;
 *
 *   Iris(Parameters parameters, Seeds seeds) throws TroubleException {
 *     hidden = parameters.count("hidden", 16);
 *   }
 *
 *   public Block model() {
 *     return new SequentialBlock().add(Linear.builder().setUnits(hidden).build())
 *         .add(Activation.reluBlock()).add(Linear.builder().setUnits(3).build());
 *   }
 *
 *   public Shape input() { return new Shape(1, 4); }
 *   public int examples() { return table.trainingRows(); }
 *   public Labelled example(int number, int epoch) { return table.row(number); }
 *   public Batch batch(NDManager manager, List<Labelled> examples) {
 *     return Labelled.batch(manager, examples, new Shape(4));
 *   }
 *   public NDArray loss(NDList labels, NDList predictions) { ... }
 *   public Map<String, Double> evaluate(NDManager manager, UnaryOperator<NDList> model) { ... }
 * }
 * }</pre>
 *
 * <p>and the line is its entry in a {@link baton.worker.train.ProgramProvider}: {@code new
 * DjlProgram("iris", Iris::new, torch)}. Optimizers, schedules, clipping and batch size need no
 * code: every program takes them as parameters of the job.
 *
 * <p>No array leaves this package; positions, bytes and numbers do.
 */
package baton.worker.train;
