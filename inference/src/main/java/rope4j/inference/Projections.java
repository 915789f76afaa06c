package rope4j.inference;

import java.util.List;
import java.util.Optional;

/// How a block makes queries, keys and values of its input.
sealed interface Projections {

  /// One product each.
  ///
  /// @param queryNorms norms of the query before it rotates: none, one for all channels, or one a
  ///   head
  /// @param clamp queries, keys and values are kept within plus and minus this; 0 for no limit
  record Separate(
      Linear query,
      Linear key,
      Linear value,
      List<Norm> queryNorms,
      List<Norm> keyNorms,
      float clamp)
      implements Projections {}

  /// Multi-head latent attention: keys and values of all heads are made of one short vector, and
  /// one small key rotates for all heads.
  ///
  /// @param queryDown the query's own short vector, where it has one
  /// @param query queries of all heads, each `[plain, rotating]`
  /// @param keyValueDown the short vector followed by the rotating key
  /// @param expansion how heads get their keys and values
  /// @param plain channels of a query head that do not rotate
  record Latent(
      Optional<QueryDown> queryDown,
      Linear query,
      Linear keyValueDown,
      Norm latentNorm,
      Expansion expansion,
      int plain)
      implements Projections {}

  record QueryDown(Linear weights, Norm norm) {}

  sealed interface Expansion {}

  /// Nothing is expanded: queries are taken to the short vector's space and answers back from it.
  ///
  /// @param key per head, from the query's plain channels
  /// @param value per head, from the short vector
  record Absorbed(List<WeightMatrix> key, List<WeightMatrix> value) implements Expansion {}

  /// Keys and values of all heads, each `[key, value]`.
  record Expanded(Linear keyValue) implements Expansion {}
}
