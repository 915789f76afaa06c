package rope4j.inference;

import static rope4j.inference.kernel.Kernels.TILE;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import rope4j.rotation.CosSin;
import rope4j.rotation.Rotation;

/// Consecutive tokens that go through the layers together, cut into tiles, with the angles of their
/// positions.
final class Batch {

  private final ModelRotation rotations;

  /// Per different rotation, one table a tile.
  private final List<List<CosSin>> tables;

  private int position;
  private int tokens;

  /// @param capacity most tokens; rounded up to whole tiles
  Batch(ModelRotation rotations, int capacity) {
    this.rotations = rotations;
    tables =
        rotations.distinct().stream()
            .map(rotation ->
                IntStream.range(0, tilesOf(capacity)).mapToObj(_ -> rotation.table(TILE)).toList())
            .toList();
  }

  static int tilesOf(int tokens) {
    return (tokens + TILE - 1) / TILE;
  }

  /// Moves on; the angles of each tile are filled by [#fill].
  void moveTo(int newPosition, int newTokens) {
    position = newPosition;
    tokens = newTokens;
  }

  /// Forms the angles of a tile; tiles may be filled by different threads.
  void fill(int tile) {
    for (int i = 0; i < tables.size(); i++) {
      rotations.distinct().get(i).fill(tables.get(i).get(tile), position(tile), tokens(tile));
    }
  }

  int tokens() {
    return tokens;
  }

  int tiles() {
    return tilesOf(tokens);
  }

  /// Position of the first token of the batch.
  int position() {
    return position;
  }

  /// Position of the first token of a tile.
  int position(int tile) {
    return position + tile * TILE;
  }

  /// Tokens of a tile: all but the last are full.
  int tokens(int tile) {
    return Math.min(TILE, tokens - tile * TILE);
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
