package rope4j.tuning.fitness;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import rope4j.diagnosis.Windows;

/// A text in two parts that have no document in common: one to search on, one to prove on.
///
/// A document that is there twice counts once, or the proof would be on text that was searched on.
/// A text of few documents is cut into passages of one window, and these are dealt out; so is a
/// document that is most of the text, or nearly all would lie in one part.
///
/// @param search windows of the context length to search on
/// @param heldOut windows of the context length that the search never sees
/// @param documents different documents, or passages, of both parts
/// @param repeated documents left out because they were there already
public record TextSplit(List<int[]> search, List<int[]> heldOut, int documents, int repeated) {

  private static final int FEW = 4;

  public TextSplit {
    search = List.copyOf(search);
    heldOut = List.copyOf(heldOut);
  }

  /// Deals the documents out, the same for the same seed.
  ///
  /// @param documents token ids, without a beginning-of-sequence token
  /// @param beginning the beginning-of-sequence token; empty when ids are used as they are
  /// @throws IllegalArgumentException when a part does not fill one window
  public static TextSplit of(
      List<int[]> documents, OptionalInt beginning, int contextLength, long seed) {
    Map<String, int[]> different = new LinkedHashMap<>();
    documents.forEach(document -> different.putIfAbsent(Arrays.toString(document), document));
    List<int[]> pieces = new ArrayList<>(different.values());
    int step = contextLength - (beginning.isPresent() ? 1 : 0);
    pieces = pieces.size() < FEW ? passages(pieces, 0, step) : passages(pieces, half(pieces), step);
    Collections.shuffle(pieces, new Random(seed));
    List<int[]> search = new ArrayList<>();
    List<int[]> heldOut = new ArrayList<>();
    long ahead = 0;
    for (int[] piece : pieces) {
      (ahead <= 0 ? search : heldOut).add(piece);
      ahead += ahead <= 0 ? piece.length : -piece.length;
    }
    return new TextSplit(
        windows(search, "search on", beginning, contextLength),
        windows(heldOut, "prove the result on", beginning, contextLength),
        pieces.size(),
        documents.size() - different.size());
  }

  private static long half(List<int[]> documents) {
    return documents.stream().mapToLong(document -> document.length).sum() / 2;
  }

  /// Documents above a length in passages, the others whole.
  private static List<int[]> passages(List<int[]> documents, long above, int length) {
    List<int[]> passages = new ArrayList<>();
    for (int[] document : documents) {
      int step = document.length > above ? length : Math.max(1, document.length);
      for (int from = 0; from < document.length; from += step) {
        passages.add(Arrays.copyOfRange(document, from, Math.min(document.length, from + step)));
      }
    }
    return passages;
  }

  private static List<int[]> windows(
      List<int[]> documents, String use, OptionalInt beginning, int contextLength) {
    IntStream.Builder ids = IntStream.builder();
    for (int i = 0; i < documents.size(); i++) {
      if (i > 0) {
        beginning.ifPresent(ids);
      }
      Arrays.stream(documents.get(i)).forEach(ids);
    }
    int[] tokens = ids.build().toArray();
    if (tokens.length + (beginning.isPresent() ? 1 : 0) < contextLength) {
      throw new IllegalArgumentException(
          "the text is too short: the half to "
              + use
              + " has "
              + tokens.length
              + " tokens, but a context of "
              + contextLength
              + " needs at least as many in each half; give a longer text or a smaller --context");
    }
    return Windows.of(tokens, contextLength, beginning).windows();
  }
}
