// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileFailureTest {
  @TempDir private Path temp;

  private interface Attempt {
    void run() throws IOException;
  }

  private static String reason(Path named, Attempt attempt) {
    try {
      attempt.run();
      return "nothing failed";
    } catch (IOException e) {
      return FileFailure.reason(e, named);
    }
  }

  @Test
  void failuresAreToldInWords() throws IOException {
    Path missing = temp.resolve("missing");
    Path file = Files.writeString(temp.resolve("file"), "");
    assertThat(reason(missing, () -> Files.readString(missing))).isEqualTo("no such file or directory");
    assertThat(reason(file, () -> Files.readString(missing))).isEqualTo("no such file or directory: " + missing);
    assertThat(reason(file, () -> Files.createDirectory(file))).isEqualTo("a file of this name is in the way");
    assertThat(reason(file, () -> Files.list(file))).isEqualTo("not a directory");
    assertThat(FileFailure.reason(new MalformedInputException(1), file)).isEqualTo("it is not text in UTF-8");
    assertThat(FileFailure.reason(new IOException("broken"), file)).isEqualTo("broken");
    assertThat(reason(Path.of("/dev/full"), () -> Files.writeString(Path.of("/dev/full"), "x"))).isEqualTo("No space left on device");
  }

  @Test
  void onlyTheLastDirectoryIsMade() throws IOException {
    Path deep = temp.resolve("a/b");
    assertThatThrownBy(() -> FileFailure.requireDirectory(deep)).hasMessage("directory " + temp.resolve("a") + " does not exist: create it");
    assertThat(temp).isEmptyDirectory();
    FileFailure.requireDirectory(deep.getParent());
    FileFailure.requireDirectory(deep);
    FileFailure.requireDirectory(deep);
    assertThat(deep).isDirectory();
  }
}
