package io.bev.avatar.splat.raster.cuda;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips tests of emulated kernels if there is no g++ to compile them. */
public final class NeedsCompiler implements ExecutionCondition {

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return EmulatedKernels.onPath("g++")
                ? ConditionEvaluationResult.enabled("g++ is on the PATH")
                : ConditionEvaluationResult.disabled("g++ is not on the PATH: install the package g++");
    }
}
