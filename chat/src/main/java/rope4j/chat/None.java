package rope4j.chat;

import com.hubspot.jinjava.util.HasObjectTruthValue;

/// Python's `None`, which is defined, false, and written as `None`; the engine's own null is what
/// is not defined.
final class None implements HasObjectTruthValue {

  static final None NONE = new None();

  private None() {}

  @Override
  public boolean getObjectTruthValue() {
    return false;
  }

  @Override
  public String toString() {
    return "None";
  }
}
