/// Where a model's tensors and hyper-parameters come from. Readers ask by GGUF's names, whatever
/// the format of the files.
package rope4j.inference.source;
