package rope4j.rotation;

/// Another rule that exempts the first tokens: positions below `startTokens` keep the unscaled
/// frequencies, and the rule's attention factor.
///
/// Source: LongRoPE, arXiv 2402.13753, section 3.2 (`n̂` of the searched rescale). Its repository
/// leaves the attention factor out of the first tokens as well; here all queries and keys have it,
/// so that a rotation can be undone and keys can be moved. [#frequencies] answers for the positions
/// that are scaled.
///
/// @param scaling the rule for all later positions
/// @param startTokens positions that keep their trained angles, 0 or more
public record StartTokensUnscaled(Scaling scaling, int startTokens) implements Scaling {

  public StartTokensUnscaled {
    Checks.notStartTokens(scaling);
    Checks.notNegative("start tokens (start_token_idx)", startTokens);
  }

  @Override
  public String name() {
    return scaling.name();
  }

  @Override
  public Frequencies frequencies(RopeParameters parameters, int contextLength) {
    return scaling.frequencies(parameters, contextLength);
  }
}
