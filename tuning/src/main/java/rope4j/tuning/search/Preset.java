package rope4j.tuning.search;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import rope4j.tuning.fitness.Objective;

/// Settings that go together.
///
/// @param name on the command line
/// @param spaces names of the spaces to search, in order
/// @param objective what is searched for unless something else is asked for
/// @param population rotations of a generation
/// @param parents how many of them have offspring
/// @param mutants offspring by mutation in a generation
/// @param crossovers offspring of two parents in a generation
/// @param mutation probability that a mutant's number changes
/// @param generations at most
/// @param budget unless another is asked for; empty for as much as the generations take
public record Preset(
    String name,
    List<String> spaces,
    Objective objective,
    int population,
    int parents,
    int mutants,
    int crossovers,
    double mutation,
    int generations,
    Optional<Budget> budget) {

  public Preset {
    spaces = List.copyOf(spaces);
  }

  /// Minutes for a small model: every space with a small population.
  public static final Preset QUICK =
      new Preset(
          "quick",
          List.of("base", "yarn", "longrope2", "longrope"),
          Objective.NLL,
          16,
          8,
          6,
          4,
          0.3,
          100,
          Optional.of(new Budget.Evaluations(800)));

  /// The published settings of LongRoPE (arXiv 2402.13753, and its repository).
  public static final Preset LONGROPE =
      new Preset(
          "longrope",
          List.of("longrope"),
          Objective.NLL,
          64,
          32,
          16,
          16,
          0.3,
          40,
          Optional.empty());

  /// Those of LongRoPE2 (arXiv 2502.20082), which searches for needles.
  public static final Preset LONGROPE2 =
      new Preset(
          "longrope2",
          List.of("longrope2"),
          Objective.NEEDLE,
          64,
          32,
          16,
          16,
          0.3,
          40,
          Optional.empty());

  /// By name.
  ///
  /// @throws IllegalArgumentException when there is none of this name
  public static Preset of(String name) {
    return List.of(QUICK, LONGROPE, LONGROPE2).stream()
        .filter(preset -> preset.name().equals(name.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "preset '" + name + "' is not known; known are quick, longrope and longrope2"));
  }
}
