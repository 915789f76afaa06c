package rope4j.inference;

import static rope4j.inference.kernel.Kernels.TILE;

import java.util.List;
import java.util.stream.IntStream;
import rope4j.rotation.CosSin;
import rope4j.rotation.Rotation;

/// Consecutive tokens that go through the layers together, cut into tiles, with the angles of their
/// positions.
final class Batch {

  private final List<CosSin> tables;
  private int position;
  private int tokens;

  /// @param capacity most tokens; rounded up to whole tiles
  Batch(Rotation rotation, int capacity) {
    tables = IntStream.range(0, tilesOf(capacity)).mapToObj(_ -> rotation.table(TILE)).toList();
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
  void fill(Rotation rotation, int tile) {
    rotation.fill(tables.get(tile), position(tile), tokens(tile));
  }

  int capacity() {
    return tables.size() * TILE;
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

  CosSin angles(int tile) {
    return tables.get(tile);
  }
}
