package rope4j.inference;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import rope4j.rotation.CosSin;
import rope4j.rotation.Rotation;

/// Consecutive tokens that go through the layers together, cut into tiles, with the angles of their
/// positions.
final class Batch {

  private final int tileTokens;
  private final int capacity;

  private ModelRotation rotations;

  /// Per different rotation, one table a tile.
  private List<List<CosSin>> tables;

  private int position;
  private int tokens;

  /// @param capacity most tokens; rounded up to whole tiles
  /// @param tileTokens tokens of a tile
  Batch(int layers, int capacity, int tileTokens) {
    this.rotations = ModelRotation.none(layers);
    this.tileTokens = tileTokens;
    this.capacity = capacity;
    this.tables = tables(rotations);
  }

  /// Rotates otherwise from the next move on.
  void use(ModelRotation other) {
    if (other != rotations) {
      rotations = other;
      tables = tables(other);
    }
  }

  private List<List<CosSin>> tables(ModelRotation of) {
    return of.distinct().stream()
        .map(rotation ->
            IntStream.range(0, tilesOf(capacity, tileTokens))
                .mapToObj(_ -> rotation.table(tileTokens))
                .toList())
        .toList();
  }

  static int tilesOf(int tokens, int tileTokens) {
    return (tokens + tileTokens - 1) / tileTokens;
  }

  /// Moves on; the angles of each tile are filled by [#fill].
  void moveTo(int newPosition, int newTokens) {
    position = newPosition;
    tokens = newTokens;
  }

  /// Forms the angles of a tile; tiles may be filled by different threads.
  void fill(int tile) {
    for (int i = 0; i < tables.size(); i++) {
      int angle = Math.addExact(rotations.firstPosition(), position(tile));
      rotations.distinct().get(i).fill(tables.get(i).get(tile), angle, tokens(tile));
    }
  }

  /// Most tokens of the batch in whole tiles: what activations have room for.
  int lanes() {
    return tilesOf(capacity, tileTokens) * tileTokens;
  }

  int tokens() {
    return tokens;
  }

  int tiles() {
    return tilesOf(tokens, tileTokens);
  }

  /// Position of the first token of the batch.
  int position() {
    return position;
  }

  /// Position of the first token of a tile.
  int position(int tile) {
    return position + tile * tileTokens;
  }

  /// Tokens of a tile: all but the last are full.
  int tokens(int tile) {
    return Math.min(tileTokens, tokens - tile * tileTokens);
  }

  Optional<Rotation> rotation(int layer) {
    return rotations.layer(layer);
  }

  /// Angles of a tile for a layer that rotates.
  CosSin angles(int layer, int tile) {
    return tables.get(rotations.index(layer)).get(tile);
  }

  float softmaxMultiplier(int layer) {
    return rotations.softmaxMultiplier(layer);
  }
}
