package rope4j.rotation;

/// A rule that turns base and lengths into rescaled inverse frequencies and an attention factor.
///
/// The family is closed: a new rule is a compile error wherever rules are told apart. Each rule is
/// a record that validates itself.
public sealed interface Scaling
    permits Unscaled,
        Linear,
        DynamicLinear,
        NtkAware,
        NtkAlpha,
        NtkFixed,
        NtkMixed,
        CriticalBaseNtk,
        DynamicNtk,
        NtkByParts,
        PartNtk,
        Yarn,
        YarnByTurns,
        DynamicYarn,
        LongRope,
        DynamicLongRope,
        Llama3,
        Proportional,
        PRope,
        Hope,
        ExplicitFrequencies,
        FrequencyFactors,
        Resonance,
        StartTokensUnscaled,
        AttentionScaled,
        SoftmaxScaled {

  /// The rule's name in reports and JSON, for example `yarn`.
  String name();

  /// The inverse frequencies this rule gives for a context.
  ///
  /// @param parameters base and dimensions to start from; their own scaling is not consulted
  /// @param contextLength tokens the context has room for, at least 1
  Frequencies frequencies(RopeParameters parameters, int contextLength);
}
