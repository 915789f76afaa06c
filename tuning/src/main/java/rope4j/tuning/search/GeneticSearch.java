package rope4j.tuning.search;

import io.jenetics.Alterer;
import io.jenetics.AltererResult;
import io.jenetics.Chromosome;
import io.jenetics.DoubleChromosome;
import io.jenetics.DoubleGene;
import io.jenetics.Genotype;
import io.jenetics.Phenotype;
import io.jenetics.TruncationSelector;
import io.jenetics.engine.Engine;
import io.jenetics.engine.EvolutionStream;
import io.jenetics.util.ISeq;
import io.jenetics.util.RandomRegistry;
import io.jenetics.util.Seq;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import rope4j.tuning.space.Candidate;
import rope4j.tuning.space.SearchSpace;

/// A genetic algorithm over factors of pairs, as LongRoPE's: the best parents stay, some offspring
/// are mutants and some have two parents.
final class GeneticSearch {

  /// Standard deviation of a change that is not between neighbours, as a share of the range.
  private static final double STEP = 0.08;

  private final SearchSpace space;
  private final Preset preset;
  private final Race race;

  GeneticSearch(SearchSpace space, Preset preset, Race race) {
    this.space = space;
    this.preset = preset;
    this.race = race;
  }

  /// Runs until the generations are over or the budget is spent.
  void run(List<Candidate> seeds, long seed) {
    RandomRegistry.with(new Random(seed)).run(() -> evolve(seeds));
  }

  private void evolve(List<Candidate> seeds) {
    RandomGenerator random = RandomRegistry.random();
    List<Genotype<DoubleGene>> first = new ArrayList<>();
    for (Candidate form : seeds) {
      if (first.size() < preset.population()) {
        first.add(genotype(space.nearest(form)));
      }
    }
    int forms = first.size();
    while (first.size() < preset.population()) {
      double[] point = numbers(first.get((first.size() - forms) % forms));
      mutate(point, random);
      first.add(genotype(point));
    }
    Engine<DoubleGene, Standing> engine =
        Engine.builder(this::standing, first.getFirst())
            .executor(Runnable::run)
            .minimizing()
            .populationSize(preset.population())
            .offspringSize(preset.mutants() + preset.crossovers())
            .survivorsSelector(new TruncationSelector<>())
            .offspringSelector(new TruncationSelector<>(preset.parents()))
            .maximalPhenotypeAge(Long.MAX_VALUE)
            .alterers(new Offspring())
            .build();
    Iterator<?> generations =
        ((EvolutionStream<DoubleGene, Standing>) engine.stream(first))
            .limit(preset.generations())
            .iterator();
    try {
      while (generations.hasNext()) {
        generations.next();
      }
    } catch (RuntimeException e) {
      if (!spent(e)) {
        throw e;
      }
    }
  }

  /// The library may wrap what the function throws.
  private static boolean spent(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof BudgetSpent) {
        return true;
      }
    }
    return false;
  }

  private Standing standing(Genotype<DoubleGene> genotype) {
    return race.measure(space.candidate(numbers(genotype)));
  }

  private static Genotype<DoubleGene> genotype(double[] point) {
    List<DoubleGene> genes = new ArrayList<>();
    for (double number : point) {
      // The upper end of a gene is not one of its values.
      genes.add(DoubleGene.of(number, 0, Math.nextUp(1.0)));
    }
    return Genotype.of(DoubleChromosome.of(genes));
  }

  private static double[] numbers(Genotype<DoubleGene> genotype) {
    Chromosome<DoubleGene> genes = genotype.chromosome();
    double[] numbers = new double[genes.length()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = genes.get(i).doubleValue();
    }
    return numbers;
  }

  /// Changes each number with the preset's probability, and at least one: a factor to somewhere
  /// between its neighbours', or a step that takes along the neighbours in its way.
  private void mutate(double[] point, RandomGenerator random) {
    boolean changed = false;
    while (!changed) {
      for (int i = 0; i < point.length; i++) {
        if (random.nextDouble() < preset.mutation()) {
          changed = true;
          mutate(point, i, random);
        }
      }
    }
  }

  private void mutate(double[] point, int i, RandomGenerator random) {
    if (space.chooses(i)) {
      point[i] = random.nextDouble();
      return;
    }
    double step = Math.clamp(point[i] + STEP * random.nextGaussian(), 0.0, 1.0);
    if (i >= space.factors()) {
      point[i] = step;
      return;
    }
    double low = i == 0 ? 0 : point[i - 1];
    double high = i + 1 == space.factors() ? 1 : Math.max(low, point[i + 1]);
    if (random.nextBoolean()) {
      point[i] = low + (high - low) * random.nextDouble();
      return;
    }
    point[i] = step;
    for (int j = i + 1; j < space.factors(); j++) {
      point[j] = Math.max(point[j], step);
    }
    for (int j = 0; j < i; j++) {
      point[j] = Math.min(point[j], step);
    }
  }

  /// So many mutants, the others children of two.
  private final class Offspring implements Alterer<DoubleGene, Standing> {

    @Override
    public AltererResult<DoubleGene, Standing> alter(
        Seq<Phenotype<DoubleGene, Standing>> parents, long generation) {
      RandomGenerator random = RandomRegistry.random();
      List<Phenotype<DoubleGene, Standing>> offspring = new ArrayList<>();
      for (int i = 0; i < parents.length(); i++) {
        double[] point = numbers(parents.get(i).genotype());
        if (i < preset.mutants()) {
          mutate(point, random);
        } else {
          double[] other = numbers(parents.get(random.nextInt(parents.length())).genotype());
          for (int gene = 0; gene < point.length; gene++) {
            if (random.nextBoolean()) {
              point[gene] = other[gene];
            }
          }
        }
        offspring.add(Phenotype.of(genotype(point), generation));
      }
      return new AltererResult<>(ISeq.of(offspring), offspring.size());
    }
  }
}
