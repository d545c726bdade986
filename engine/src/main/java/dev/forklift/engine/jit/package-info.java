/// The translator: hot regions of guest code become Java methods.
///
/// Discover ([dev.forklift.engine.jit.RegionFinder]), lift to the IR
/// ([dev.forklift.engine.cpu.Lifter]), emit ([dev.forklift.engine.jit.RegionEmitter]), define and
/// install ([dev.forklift.engine.jit.RegionTranslator]).
package dev.forklift.engine.jit;
