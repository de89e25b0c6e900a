// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status.Code;
import io.xlvs.ctl.ApiError;
import io.xlvs.ctl.Failure;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Refusals that no bad input brings about. */
final class IpvsErrorsTest {
  @ParameterizedTest
  @CsvSource({
    "RESOURCE_EXHAUSTED, TABLE_FULL, Memory allocation problem", "RESOURCE_EXHAUSTED, STORE_FULL, No space left on device",
    "FAILED_PRECONDITION, STORE_FAILED, Input/output error", "INTERNAL, DATA_PLANE_FAILED, xlvsd failed",
    "ABORTED, REVISION_MISMATCH, Device or resource busy"})
  void isToldInTheCLibrarysWordsThenInXlvsds(Code code, String reason, String text) {
    Failure failure = IpvsErrors.of(new ApiError(code, "what xlvsd says", List.of(), "", "", reason), Command.ADD_SERVICE);

    assertThat(failure.line()).isEqualTo(text + ": what xlvsd says");
    assertThat(failure.status()).isEqualTo(255);
  }
}
