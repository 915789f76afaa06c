package rope4j.inference;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import rope4j.inference.kernel.Elementwise;
import rope4j.rotation.CosSin;
import rope4j.rotation.Layout;
import rope4j.rotation.Rerotation;
import rope4j.rotation.Rotation;
import rope4j.rotation.StartTokensUnscaled;

/// Moves cached keys: to other positions, or to other frequencies. Only angles change; keys keep
/// the attention factor they were given, unless the new rotation has another.
///
/// Rows in a narrow type are widened, turned and rounded again: a turn of a binary16 key costs half
/// a unit in its last place, one of a Q8_0 key half a step of its block (1/254 of the block's
/// largest channel), as storing it did the first time.
final class CacheMover {

  /// Rows that are moved together.
  private static final int BLOCK = 64;

  private final AttentionShape shape;
  private final Workers workers;
  private final KeyValueCache cache;

  CacheMover(Transformer model, Workers workers, KeyValueCache cache) {
    this.shape = model.shape();
    this.workers = workers;
    this.cache = cache;
  }

  /// Rows behind the discarded ones move up; keys turn back by as many positions.
  ///
  /// @throws IllegalArgumentException when angles are not the same function of the position
  ///   everywhere
  void shift(ModelRotation rotation, int keepFirst, int discard, int length) {
    for (Rotation each : rotation.distinct()) {
      if (each.parameters().scaling() instanceof StartTokensUnscaled) {
        throw new IllegalArgumentException(
            "this rotation treats the first tokens otherwise, so keys can't be moved from one position"
                + " to another; feed the shorter text again instead");
      }
    }
    List<CosSin> turns = rotation.distinct().stream().map(each -> turn(each, -discard)).toList();
    List<Rotation> shifts = rotation.distinct().stream().map(Rotation::shift).toList();
    workers.run(
        cache.layers() * cache.heads(),
        (index, _) -> {
          int layer = index / cache.heads();
          int head = index % cache.heads();
          int distinct = rotation.index(layer);
          move(
              cache.keys(layer, head),
              keepFirst,
              discard,
              length,
              (rows, count) -> {
                if (distinct >= 0) {
                  // One position's angles for all keys: to the rotation they are heads of a token.
                  shifts.get(distinct).rotate(rows, 0, count, turns.get(distinct));
                }
              });
          if (!shape.valuesInKeys()) {
            move(cache.values(layer, head), keepFirst, discard, length, (_, _) -> {});
          }
        });
  }

  private static CosSin turn(Rotation rotation, int by) {
    Rotation shift = rotation.shift();
    CosSin table = shift.table(1);
    shift.fill(table, new int[] {by}, 0, 1);
    return table;
  }

  @FunctionalInterface
  private interface Turn {
    void apply(float[] rows, int count);
  }

  private static void move(CachedRows rows, int keepFirst, int discard, int length, Turn turn) {
    float[] block = new float[BLOCK * rows.channels];
    int to = Math.max(keepFirst, rows.oldest() - discard);
    int end = length - discard;
    if (rows.oldest() > keepFirst) {
      rows.startAt(to);
    }
    while (to < end) {
      int count = Math.min(BLOCK, end - to);
      rows.copy(to + discard, count, block, 0);
      turn.apply(block, count);
      rows.reserve(to, count);
      rows.write(to, block, 0, count);
      to += count;
    }
    rows.release(end);
  }

  /// Keys turn from one rotation's frequencies to another's, and take its attention factor.
  void rerotate(ModelRotation from, ModelRotation to, int length) {
    int[] positions = IntStream.range(0, length).toArray();
    List<Optional<Change>> changes = changes(from, to);
    for (int first = 0; first < length; first += BLOCK) {
      int count = Math.min(BLOCK, length - first);
      int block = first;
      changes.stream()
          .flatMap(Optional::stream)
          .distinct()
          .forEach(
              change -> change.rerotation.fill(change.table, positions, positions, block, count));
      workers.run(
          cache.layers() * cache.heads(),
          (index, _) -> {
            CachedRows rows = cache.keys(index / cache.heads(), index % cache.heads());
            Optional<Change> change = changes.get(index / cache.heads());
            if (change.isPresent() && block + count > rows.oldest()) {
              apply(change.get(), rows, Math.max(block, rows.oldest()), block + count, block);
            }
          });
    }
  }

  private static void apply(Change change, CachedRows rows, int from, int end, int tableStart) {
    // Rows before the oldest are not there; the table still has their angles.
    float[] block = new float[(end - tableStart) * rows.channels];
    int at = (from - tableStart) * rows.channels;
    rows.copy(from, end - from, block, at);
    change.rerotation.rotate(block, 0, 1, change.table);
    if (change.scale != 1) {
      for (int row = 0; row < end - tableStart; row++) {
        Elementwise.scale(
            block,
            row * rows.channels + change.layout.firstChannel(),
            change.layout.rotaryDimension(),
            change.scale);
      }
    }
    rows.write(from, block, at, end - from);
  }

  private record Change(
      Rotation from, Rotation to, Rerotation rerotation, CosSin table, Layout layout, float scale) {

    static Change of(Rotation from, Rotation to) {
      Layout layout = from.layout();
      Rerotation rerotation = Rerotation.between(from.frequencies(), to.frequencies(), layout);
      double scale = to.frequencies().attentionFactor() / from.frequencies().attentionFactor();
      return new Change(from, to, rerotation, rerotation.table(BLOCK), layout, (float) scale);
    }
  }

  /// What happens to the keys of each layer; empty where nothing does. Layers that change alike
  /// share one.
  private List<Optional<Change>> changes(ModelRotation from, ModelRotation to) {
    List<Optional<Change>> changes = new ArrayList<>();
    for (int layer = 0; layer < cache.layers(); layer++) {
      Optional<Rotation> old = from.layer(layer);
      Optional<Rotation> now = to.layer(layer);
      changes.add(
          old.isEmpty() || now.isEmpty()
              ? Optional.empty()
              : changes.stream()
                  .flatMap(Optional::stream)
                  .filter(same -> same.from == old.get() && same.to == now.get())
                  .findFirst()
                  .or(() -> Optional.of(Change.of(old.get(), now.get()))));
    }
    return changes;
  }
}
