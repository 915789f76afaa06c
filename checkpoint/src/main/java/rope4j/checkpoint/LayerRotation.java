package rope4j.checkpoint;

import java.util.Optional;
import rope4j.rotation.RopeParameters;

/// How the layers of one type rotate in llama.cpp.
///
/// @param layerType `full_attention` or `sliding_attention`; empty when all rotating layers are
///   alike
/// @param scalingType what llama.cpp takes the type to be
/// @param parameters the rotation
public record LayerRotation(
    Optional<String> layerType, RopeScalingType scalingType, RopeParameters parameters) {}
