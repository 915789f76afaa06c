package rope4j.inference.kernel;

/// The Vector API kernels for batches agree with plain Java.
class KernelTwinsTest extends KernelTwins {

  KernelTwinsTest() {
    super(Kernels.scalar(), new VectorKernels());
  }
}
