package rope4j.lab.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Random;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// All weights of a model in one tensor, and all gradients in another: an optimiser's step is a few
/// operations, however many matrices there are. Matrices come first, for they alone decay.
public final class Parameters implements AutoCloseable {

  /// How a weight begins.
  ///
  /// @param name its name in the files of Transformers
  /// @param law what its values are drawn from
  /// @param decays whether it shrinks under weight decay
  /// @param shape rows and columns, or length
  record Start(String name, Law law, boolean decays, long... shape) {
    int size() {
      long size = 1;
      for (long side : shape) {
        size *= side;
      }
      return Math.toIntExact(size);
    }
  }

  private final Tensor values;
  private final Tensor gradients;
  private final int decaying;
  private final SequencedMap<String, Tensor> views = new LinkedHashMap<>();
  private final SequencedMap<String, Tensor> gradientViews = new LinkedHashMap<>();

  /// @param starts those that decay before those that do not
  Parameters(Iterable<Start> starts, long seed) {
    LibTorch.start();
    int size = 0;
    int decays = 0;
    for (Start start : starts) {
      if (start.decays && decays < size) {
        throw new IllegalArgumentException(start.name + " must come before what does not decay");
      }
      size += start.size();
      decays = start.decays ? size : decays;
    }
    decaying = decays;
    float[] drawn = new float[size];
    // Its algorithm is part of its specification, so a seed gives these weights in every Java.
    Random random = new Random(seed);
    int at = 0;
    for (Start start : starts) {
      for (int end = at + start.size(); at < end; at++) {
        drawn[at] = (float) start.law.draw(random);
      }
    }
    values = LibTorch.tensor(drawn, size);
    gradients = torch.zeros(size);
    at = 0;
    for (Start start : starts) {
      // Detached, each is a leaf with a gradient of its own, and yet shares the memory.
      Tensor view = values.narrow(0, at, start.size()).view(start.shape).detach();
      Tensor gradient = gradients.narrow(0, at, start.size()).view(start.shape);
      var _ = view.requires_grad_(true);
      var _ = view.mutable_grad().put(gradient);
      views.put(start.name, view);
      gradientViews.put(start.name, gradient);
      at += start.size();
    }
  }

  /// All weights, one after another.
  public Tensor values() {
    return values;
  }

  /// The gradients, in the same order; backward passes add to them.
  public Tensor gradients() {
    return gradients;
  }

  /// How many of the first values shrink under weight decay.
  public int decaying() {
    return decaying;
  }

  /// Number of values.
  public int size() {
    return Math.toIntExact(values.numel());
  }

  /// The weights by their names, in order.
  public SequencedMap<String, Tensor> byName() {
    return Collections.unmodifiableSequencedMap(views);
  }

  Tensor get(String name) {
    Tensor view = views.get(name);
    if (view == null) {
      throw new IllegalArgumentException("the model has no weight " + name);
    }
    return view;
  }

  @Override
  public void close() {
    views.values().forEach(Tensor::close);
    gradientViews.values().forEach(Tensor::close);
    values.close();
    gradients.close();
  }
}
