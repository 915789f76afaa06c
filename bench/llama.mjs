// Tokens per second of llama.cpp on a model file, as bench/engine measures ours: the same numbers, the same shape of output.
//
//   npm install node-llama-cpp
//   node bench/llama.mjs FILE [ROUNDS] [PROMPT] [PREDICT] [THREADS]

import {basename} from "node:path";
import {getLlama, LlamaLogLevel} from "node-llama-cpp";

const [file, ...rest] = process.argv.slice(2);
const [rounds = 3, prompt = 512, predict = 64, threads = 2] = rest.map(Number);
const llama = await getLlama({gpu: false, build: "never", maxThreads: threads, logLevel: LlamaLogLevel.error});
const model = await llama.loadModel({modelPath: file, gpuLayers: 0});
const context = await model.createContext({
    contextSize: prompt + predict + 64,
    batchSize: 512,
    threads: {ideal: threads, min: threads}
});
const sequence = context.getSequence();
const tokens = Array.from({length: prompt}, (_, i) => 300 + (i * 2654435761) % 20000);
const prefills = [];
const decodes = [];
// One round more than asked for: the first reads the file into memory.
for (let round = -1; round < rounds; round++) {
    await sequence.clearHistory();
    const begin = performance.now();
    await sequence.evaluateWithoutGeneratingNewTokens(tokens);
    const fed = performance.now();
    let first = 0;
    let generated = 0;
    for await (const _ of sequence.evaluate([301], {temperature: 0, yieldEogToken: true})) {
        if (generated === 0) {
            first = performance.now();
        }
        if (generated++ === predict) {
            break;
        }
    }
    const end = performance.now();
    if (round >= 0) {
        prefills.push(prompt / (fed - begin) * 1000);
        decodes.push((generated - 1) / (end - first) * 1000);
    }
}
const median = (values) => values.slice().sort((a, b) => a - b)[values.length >> 1];
console.log(JSON.stringify({
    file: basename(file), prefill: median(prefills), decode: median(decodes), prefills, decodes
}));
process.exit(0);
