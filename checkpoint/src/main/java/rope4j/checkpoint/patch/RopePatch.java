package rope4j.checkpoint.patch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.LlamaCppRope;
import rope4j.checkpoint.Metadata;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.RopeScalingType;
import rope4j.checkpoint.patch.FactorTensors.Divisors;

/// llama.cpp's rotation flags as the keys and tensors of a file that make llama.cpp rotate the same
/// without them.
///
/// Not every flag has a key that llama.cpp reads: YaRN's extrapolation factor, betas and attention
/// factor are read from files of a few architectures only. Such keys are written with a warning.
///
/// Source: llama.cpp `llama-model.cpp` (`load_hparams`, `load_tensors`), `llama-context.cpp`.
///
/// @param patch the changes
/// @param warnings what the patched file can't make llama.cpp do, each a sentence
/// @param rotation what the patched file has to resolve to
public record RopePatch(GgufPatch patch, List<String> warnings, RotationCheck rotation) {

  /// Architectures whose loader makes the long and short factors whatever the scaling type; the
  /// others do it for `longrope` alone.
  private static final Set<String> FACTORS_ALWAYS = Set.of("phi3", "phimoe", "minicpm3");

  /// Architectures whose loader makes `rope_freqs`, and those whose loader makes the other two: a
  /// file with a tensor that its loader does not make is refused ("wrong number of tensors").
  private static final Set<String> WITH_FREQS =
      Set.of(
          "apertus", "deci", "eagle3", "exaone", "exaone4", "gemma4", "laguna", "llama", "llama4");

  private static final Set<String> WITH_FACTORS = Set.of("phi3", "phimoe", "minicpm", "minicpm3");

  public RopePatch {
    warnings = List.copyOf(warnings);
  }

  /// The patch for an open file.
  ///
  /// @param flags what the file is to say
  /// @param contextLength the length it is to advertise, tokens; empty for the one it has
  /// @param factors the tensors it is to carry
  /// @param removed tensors that it is to lose
  /// @throws CheckpointException when the file is no language model, or what is asked for
  ///   contradicts it or itself
  public static RopePatch of(
      GgufFile file,
      RopeOverrides flags,
      OptionalInt contextLength,
      FactorTensors factors,
      Set<String> removed) {
    return new Builder(file, flags, contextLength, factors, removed).build();
  }

  private static final class Builder {

    private final Metadata metadata;
    private final ModelDescription model;
    private final String rope;
    private final String scaling;
    private final OptionalInt contextLength;
    private final FactorTensors factors;
    private final Set<String> removed;
    private final List<String> warnings = new ArrayList<>();
    private RopeOverrides flags;
    private GgufPatch patch = GgufPatch.NONE;

    Builder(
        GgufFile file,
        RopeOverrides flags,
        OptionalInt contextLength,
        FactorTensors factors,
        Set<String> removed) {
      this.metadata = file.metadata();
      this.model = ModelDescription.of(file);
      this.rope = model.architecture() + ".rope.";
      this.scaling = rope + "scaling.";
      this.flags = flags;
      this.contextLength = contextLength;
      this.factors = factors;
      this.removed = removed;
    }

    RopePatch build() {
      ModelDescription expected = model;
      if (!factors.isEmpty()) {
        requireTensorsAreLoaded();
        expected = tensors();
      }
      requireFactor();
      AddedScaling.warning(model, flags, type(), factors, removed).ifPresent(warnings::add);
      flags.scalingType().ifPresent(type -> text(scaling + "type", type.label()));
      if (flags.frequencyScale().isPresent()) {
        real(scaling + "factor", 1 / flags.frequencyScale().getAsDouble());
      }
      flags.frequencyBase().ifPresent(base -> real(rope + "freq_base", base));
      contextLength.ifPresent(tokens -> count(model.architecture() + ".context_length", tokens));
      originalLength();
      attentionFactor();
      unlessRead("yarn_ext_factor", "--yarn-ext-factor", flags.yarnExtFactor(), Set.of("grok"));
      unlessRead(
          "yarn_beta_fast", "--yarn-beta-fast", flags.yarnBetaFast(), Set.of("grok", "mistral3"));
      unlessRead(
          "yarn_beta_slow", "--yarn-beta-slow", flags.yarnBetaSlow(), Set.of("grok", "mistral3"));
      return new RopePatch(patch, warnings, new RotationCheck(expected, carried(), contextLength));
    }

    /// A factor of 1 is no scaling, so a type alone would change nothing and look as if it did.
    private void requireFactor() {
      boolean asked =
          flags
              .scalingType()
              .filter(type -> type == RopeScalingType.YARN || type == RopeScalingType.LINEAR)
              .isPresent();
      if (asked && flags.frequencyScale().isEmpty() && model.rope().factor().orElse(1) == 1) {
        throw new CheckpointException(
            "--rope-scaling "
                + type().label()
                + " needs a factor, which this file has not; give --rope-scale, for example"
                + " --rope-scale 4");
      }
    }

    /// Where the advertised length changes, the trained length has to be said by itself: it decides
    /// YaRN's ramp and which factors are for long contexts.
    private void originalLength() {
      String key = scaling + "original_context_length";
      if (flags.yarnOriginalContext().isPresent()) {
        count(key, flags.yarnOriginalContext().getAsInt());
      } else if (metadata.count(key).orElse(0) == 0 && (isYarn() || lengthIsAsked())) {
        count(key, type() == RopeScalingType.YARN ? model.trainedLength() : ruledLength());
      }
    }

    /// Llama 3.1's rule may name the length it starts from.
    private int ruledLength() {
      return factors.all().stream()
          .filter(FactorTensors.Llama3Rule.class::isInstance)
          .map(FactorTensors.Llama3Rule.class::cast)
          .flatMapToInt(rule -> rule.originalLength().stream())
          .findFirst()
          .orElse(model.trainedLength());
    }

    private boolean lengthIsAsked() {
      boolean rotationChanges = !flags.equals(RopeOverrides.NONE) || !factors.isEmpty();
      boolean rotationScaled =
          model.rope().factor().isPresent()
              || !model.rope().longFactors().isEmpty()
              || !model.rope().factors().isEmpty();
      return contextLength.isPresent() && (rotationChanges || rotationScaled);
    }

    private boolean isYarn() {
      return type() == RopeScalingType.YARN && (flags.scalingType().isPresent());
    }

    private RopeScalingType type() {
      return flags
          .scalingType()
          .or(() -> model.rope().scalingType())
          .orElse(RopeScalingType.LINEAR);
    }

    private void attentionFactor() {
      if (flags.yarnAttnFactor().isEmpty()) {
        return;
      }
      double factor = flags.yarnAttnFactor().getAsDouble();
      if (model.architecture().equals("grok")) {
        real(scaling + "yarn_attn_factor", factor);
      } else if (type() == RopeScalingType.YARN || flags.yarnExtFactor().orElse(0) != 0) {
        warnings.add(
            "--yarn-attn-factor has no effect where YaRN is active, so no key is written for it");
      } else {
        // The key multiplies what the flag would have set, which is 1 without the flag.
        real(scaling + "attn_factor", factor * model.rope().attentionFactor());
      }
    }

    private void unlessRead(
        String key, String flag, OptionalDouble value, Set<String> architectures) {
      if (value.isEmpty()) {
        return;
      }
      real(scaling + key, value.getAsDouble());
      if (!architectures.contains(model.architecture())) {
        warnings.add(
            "llama.cpp does not read "
                + scaling
                + key
                + " in files of architecture "
                + model.architecture()
                + "; it needs "
                + flag
                + " at every start");
      }
    }

    /// The flags whose keys are read.
    private RopeOverrides carried() {
      boolean grok = model.architecture().equals("grok");
      boolean betas = grok || model.architecture().equals("mistral3");
      return new RopeOverrides(
          flags.scalingType(),
          flags.frequencyBase(),
          flags.frequencyScale(),
          flags.yarnOriginalContext(),
          grok ? flags.yarnExtFactor() : OptionalDouble.empty(),
          flags.yarnAttnFactor(),
          betas ? flags.yarnBetaFast() : OptionalDouble.empty(),
          betas ? flags.yarnBetaSlow() : OptionalDouble.empty());
    }

    private void requireTensorsAreLoaded() {
      boolean longOrShort = factors.longContext().isPresent() || factors.shortContext().isPresent();
      if (factors.all().isPresent() && longOrShort) {
        throw new CheckpointException(
            "llama.cpp uses either --rope-freqs or the factors for long and short contexts; give"
                + " one of them");
      }
      boolean longRope = type() == RopeScalingType.LONGROPE;
      if (factors.all().isPresent()) {
        if (longRope) {
          throw new CheckpointException(
              "the scaling type is longrope, under which llama.cpp looks for factors for long and"
                  + " short contexts; give --rope-factors-long and --rope-factors-short, or another"
                  + " --rope-scaling");
        }
        warnUnlessLoaded(WITH_FREQS, "rope_freqs");
        return;
      }
      requireBoth();
      if (!model.rope().factors().isEmpty()) {
        throw new CheckpointException(
            "this file has rope_freqs.weight, and llama.cpp uses either that or factors for long and"
                + " short contexts; remove it first (--remove-tensor), into another file");
      }
      if (!longRope && !FACTORS_ALWAYS.contains(model.architecture())) {
        if (flags.scalingType().isPresent()) {
          throw new CheckpointException(
              "llama.cpp loads factors for long and short contexts only under the scaling type"
                  + " longrope, which they bring with them; leave --rope-scaling away");
        }
        flags = flags.withScalingType(RopeScalingType.LONGROPE);
      }
      warnUnlessLoaded(WITH_FACTORS, "rope_factors_long and rope_factors_short");
    }

    private void warnUnlessLoaded(Set<String> architectures, String tensors) {
      if (!architectures.contains(model.architecture())) {
        warnings.add(
            "not every build of llama.cpp loads "
                + tensors
                + " in files of architecture "
                + model.architecture()
                + ", and one that does not refuses the file; try yours");
      }
    }

    private void requireBoth() {
      boolean hasLong = factors.longContext().isPresent() || !model.rope().longFactors().isEmpty();
      boolean hasShort =
          factors.shortContext().isPresent() || !model.rope().shortFactors().isEmpty();
      if (!hasLong || !hasShort) {
        throw new CheckpointException(
            "long and short contexts both need factors; give --rope-factors-"
                + (hasLong ? "short" : "long")
                + " too (a list of ones where nothing is to be scaled)");
      }
    }

    private ModelDescription tensors() {
      double base = flags.frequencyBase().orElse(model.rope().base());
      return Rotations.withFactors(
          model,
          tensor(factors.all(), FactorTensors.FREQS, base),
          tensor(factors.longContext(), FactorTensors.LONG, base),
          tensor(factors.shortContext(), FactorTensors.SHORT, base));
    }

    private Optional<float[]> tensor(Optional<Divisors> divisors, String name, double base) {
      Optional<float[]> values =
          divisors.map(each -> FactorTensors.values(each, name, model, base));
      values.ifPresent(all -> patch = patch.with(new GgufPatch.PutVector(name, all)));
      return values;
    }

    private void text(String key, String value) {
      patch = patch.with(new GgufPatch.SetKey(key, TypedValue.text(metadata, key, value)));
    }

    private void real(String key, double value) {
      patch = patch.with(new GgufPatch.SetKey(key, TypedValue.real(metadata, key, value)));
    }

    private void count(String key, long value) {
      patch = patch.with(new GgufPatch.SetKey(key, TypedValue.integer(metadata, key, value)));
    }
  }

  /// Whether llama.cpp, given the file alone, rotates as it would have under the flags.
  ///
  /// @param original the file before, with the tensors it gets
  /// @param flags those that have keys
  /// @param contextLength the length it advertises afterwards; empty for the old one
  public record RotationCheck(
      ModelDescription original, RopeOverrides flags, OptionalInt contextLength) {

    /// @throws CheckpointException when it does not
    public void accept(GgufFile patched) {
      ModelDescription found = ModelDescription.of(patched);
      for (int length : lengths()) {
        if (!Rotations.alike(
            LlamaCppRope.layers(original, flags, length),
            LlamaCppRope.layers(found, RopeOverrides.NONE, length),
            length)) {
          throw new CheckpointException(
              "the keys of a file can't make llama.cpp rotate as these flags do at a context of "
                  + length
                  + " tokens, so nothing was written; give the flags at every start instead");
        }
      }
    }

    /// Contexts on both sides of every limit.
    private Set<Integer> lengths() {
      Set<Integer> lengths = new java.util.TreeSet<>();
      lengths.add(original.trainedLength());
      lengths.add(original.contextLength());
      contextLength.ifPresent(lengths::add);
      flags.yarnOriginalContext().ifPresent(lengths::add);
      int longest = java.util.Collections.max(lengths);
      lengths.add((int) Math.min(Integer.MAX_VALUE, 4L * longest));
      return lengths;
    }
  }
}
