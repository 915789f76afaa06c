package rope4j.tuning.search;

/// Ends an optimiser from within the function it optimises.
final class BudgetSpent extends RuntimeException {

  private static final long serialVersionUID = 1;

  BudgetSpent() {
    super(null, null, false, false);
  }
}
