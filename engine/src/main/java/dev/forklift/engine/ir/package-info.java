/// What guest instructions mean: a small register-transfer language between guest code and its two
/// back ends, the evaluator and the translator to JVM bytecode.
///
/// Values are 64 bits wide. A 32-bit operation uses the low halves and leaves its result
/// sign-extended, so that comparisons, signed or unsigned, need no width of their own; addresses of
/// a 32-bit guest are zero-extended on use.
package dev.forklift.engine.ir;
