package rope4j.chat;

import com.hubspot.jinjava.util.ForLoop;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The variable `loop`, which also knows the items around the present one.
final class Loop extends ForLoop {

  private final List<? extends @Nullable Object> items;

  Loop(List<? extends @Nullable Object> items) {
    super(items.iterator(), items.size());
    this.items = items;
  }

  /// An item some rounds away; null, which is not defined, where there is no such round.
  @Nullable Object item(int roundsAway) {
    int index = getIndex0() + roundsAway;
    return index >= 0 && index < items.size() ? items.get(index) : null;
  }
}
