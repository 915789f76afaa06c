package rope4j.checkpoint;

import java.util.List;
import java.util.stream.Collectors;

/// The keys of a GGUF file that concern rotation and windows, also those of other writers.
final class GgufRopeKeys {

  /// Elements of an array that are shown.
  private static final int SHOWN = 8;

  private GgufRopeKeys() {}

  /// A value as a person would write it; of an array the beginning.
  static String written(MetadataValue value) {
    return switch (value) {
      case MetadataValue.Int(MetadataType type, long number) ->
          type == MetadataType.UINT64 ? Long.toUnsignedString(number) : String.valueOf(number);
      case MetadataValue.Real(MetadataType type, double number) ->
          type == MetadataType.FLOAT32 ? String.valueOf((float) number) : String.valueOf(number);
      case MetadataValue.Bool(boolean bool) -> String.valueOf(bool);
      case MetadataValue.Text(String text) -> text;
      case MetadataValue.Array array -> array(array);
    };
  }

  private static String array(MetadataValue.Array array) {
    if (array.size() > GgufLayers.MOST) {
      return array.toString();
    }
    List<MetadataValue> values = array.values();
    String shown =
        values.stream().limit(SHOWN).map(GgufRopeKeys::written).collect(Collectors.joining(", "));
    return "[" + shown + (values.size() > SHOWN ? ", …]" : "]");
  }
}
