import com.github.tjake.jlama.model.AbstractModel;
import com.github.tjake.jlama.model.ModelSupport;
import com.github.tjake.jlama.safetensors.DType;
import com.github.tjake.jlama.safetensors.SafeTensorSupport;
import com.github.tjake.jlama.tensor.AbstractTensor;
import com.github.tjake.jlama.tensor.KvBufferCache;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/// How fast Jlama reads a prompt and predicts, to set beside `bench/engine`: the same shape, prompt
/// and rounds, in Jlama's own format of four bits.
///
/// `make DIR` writes the folder of random weights, quantised; `run DIR [ROUNDS] [PROMPT] [PREDICT]`
/// measures.
public final class JlamaSpeed {

  private static final int LAYERS = 16;
  private static final int WIDTH = 2048;
  private static final int HEADS = 32;
  private static final int KEY_HEADS = 8;
  private static final int INNER = 8192;
  private static final int VOCABULARY = 32000;

  private JlamaSpeed() {}

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[1]);
    if (args[0].equals("make")) {
      make(folder);
    } else {
      int[] counts = {3, 512, 64};
      for (int i = 2; i < args.length; i++) {
        counts[i - 2] = Integer.parseInt(args[i]);
      }
      run(folder, counts[0], counts[1], counts[2]);
    }
    // Jlama's threads would keep the process alive.
    System.exit(0);
  }

  private static void run(Path folder, int rounds, int prompt, int predict) {
    try (AbstractModel model = ModelSupport.loadModel(folder.toFile(), DType.F32, DType.I8)) {
      double[] reading = new double[rounds];
      double[] predicting = new double[rounds];
      SplittableRandom random = new SplittableRandom(1);
      int[] tokens = random.ints(prompt, 3, VOCABULARY).toArray();
      for (int round = -1; round < rounds; round++) {
        try (KvBufferCache cache = new KvBufferCache(model);
            AbstractTensor logits = model.makeDenseTensor(VOCABULARY)) {
          KvBufferCache.KvBuffer keys = cache.getEphemeralKvBuffer();
          long start = System.nanoTime();
          AbstractTensor last = model.batchForward(tokens, 0, keys);
          int next = model.sample(last.slice(last.shape().first() - 1), 0, 0, logits);
          long read = System.nanoTime();
          for (int i = 0; i < predict; i++) {
            AbstractTensor hidden = model.forward(next, prompt + i, keys, Optional.empty());
            next = model.sample(hidden, 0, 0, logits);
          }
          long end = System.nanoTime();
          double prefill = prompt / ((read - start) / 1e9);
          double decode = predict / ((end - read) / 1e9);
          System.out.printf(Locale.ROOT, "round %d: %.1f %.1f%n", round, prefill, decode);
          if (round >= 0) {
            reading[round] = prefill;
            predicting[round] = decode;
          }
        }
      }
      Arrays.sort(reading);
      Arrays.sort(predicting);
      System.out.printf(
          Locale.ROOT,
          "prefill(%d) %.1f tokens/s, decode %.1f tokens/s (medians of %d)%n",
          prompt,
          reading[rounds / 2],
          predicting[rounds / 2],
          rounds);
    }
  }

  private static void make(Path folder) throws IOException {
    Path full = folder.resolveSibling(folder.getFileName() + "-bf16");
    Files.createDirectories(full);
    Files.writeString(
        full.resolve("config.json"),
        """
        {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
         "hidden_size": %d, "intermediate_size": %d, "num_hidden_layers": %d,
         "num_attention_heads": %d, "num_key_value_heads": %d, "vocab_size": %d,
         "max_position_embeddings": 8192, "rms_norm_eps": 1e-05, "rope_theta": 10000.0,
         "bos_token_id": 1, "eos_token_id": 2, "tie_word_embeddings": false, "torch_dtype": "bfloat16"}
        """
            .formatted(WIDTH, INNER, LAYERS, HEADS, KEY_HEADS, VOCABULARY));
    StringBuilder vocabulary = new StringBuilder();
    for (int i = 0; i < VOCABULARY; i++) {
      vocabulary.append(i == 0 ? "" : ",").append("\"t").append(i).append("\":").append(i);
    }
    Files.writeString(
        full.resolve("tokenizer.json"),
        "{\"version\":\"1.0\",\"added_tokens\":[],\"model\":{\"type\":\"BPE\",\"vocab\":{"
            + vocabulary
            + "},\"merges\":[]}}");
    Files.writeString(full.resolve("tokenizer_config.json"), "{}");
    // Copied with the others; quantising stops where it is missing.
    Files.writeString(full.resolve("README.md"), "Random weights.");
    writeWeights(full.resolve("model.safetensors"));
    SafeTensorSupport.quantizeModel(
        full, DType.Q4, new String[] {"norm"}, null, Optional.of(folder));
  }

  private static void writeWeights(Path file) throws IOException {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    shapes.put("model.embed_tokens.weight", new long[] {VOCABULARY, WIDTH});
    shapes.put("lm_head.weight", new long[] {VOCABULARY, WIDTH});
    shapes.put("model.norm.weight", new long[] {WIDTH});
    long keyWidth = (long) WIDTH / HEADS * KEY_HEADS;
    for (int layer = 0; layer < LAYERS; layer++) {
      String at = "model.layers." + layer + ".";
      shapes.put(at + "input_layernorm.weight", new long[] {WIDTH});
      shapes.put(at + "post_attention_layernorm.weight", new long[] {WIDTH});
      shapes.put(at + "self_attn.q_proj.weight", new long[] {WIDTH, WIDTH});
      shapes.put(at + "self_attn.k_proj.weight", new long[] {keyWidth, WIDTH});
      shapes.put(at + "self_attn.v_proj.weight", new long[] {keyWidth, WIDTH});
      shapes.put(at + "self_attn.o_proj.weight", new long[] {WIDTH, WIDTH});
      shapes.put(at + "mlp.gate_proj.weight", new long[] {INNER, WIDTH});
      shapes.put(at + "mlp.up_proj.weight", new long[] {INNER, WIDTH});
      shapes.put(at + "mlp.down_proj.weight", new long[] {WIDTH, INNER});
    }
    List<String> entries = new ArrayList<>();
    long at = 0;
    for (Map.Entry<String, long[]> shape : shapes.entrySet()) {
      long end = at + 2 * size(shape.getValue());
      entries.add(
          "\"%s\":{\"dtype\":\"BF16\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
              .formatted(
                  shape.getKey(), Arrays.toString(shape.getValue()).replace(" ", ""), at, end));
      at = end;
    }
    byte[] header = ("{" + String.join(",", entries) + "}").getBytes(StandardCharsets.UTF_8);
    SplittableRandom random = new SplittableRandom(7);
    try (OutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
      out.write(
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array());
      out.write(header);
      for (Map.Entry<String, long[]> shape : shapes.entrySet()) {
        boolean norm = shape.getKey().contains("norm");
        ByteBuffer row = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
        for (long left = size(shape.getValue()); left > 0; left--) {
          float value = norm ? 1 : (float) (0.02 * random.nextGaussian());
          row.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
          if (!row.hasRemaining() || left == 1) {
            out.write(row.array(), 0, row.position());
            row.clear();
          }
        }
      }
    }
  }

  private static long size(long[] shape) {
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }
}
