// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.file;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;

/** Failures of java.nio.file in words: the message of such an exception is the file's name alone. */
public final class FileFailure {
  private FileFailure() {}

  /** Why it failed, and on which file unless that is the one the caller names anyway. */
  public static String reason(IOException failure, Path named) {
    String why = why(failure);
    boolean other = failure instanceof FileSystemException system && system.getFile() != null && !system.getFile().equals(named.toString());
    return other ? why + ": " + ((FileSystemException) failure).getFile() : why;
  }

  private static String why(IOException failure) {
    if (failure instanceof NoSuchFileException) {
      return "no such file or directory";
    }
    if (failure instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (failure instanceof NotDirectoryException) {
      return "not a directory";
    }
    if (failure instanceof DirectoryNotEmptyException) {
      return "a directory with files in it is in the way";
    }
    if (failure instanceof FileAlreadyExistsException) {
      return "a file of this name is in the way";
    }
    if (failure instanceof CharacterCodingException) {
      return "it is not text in UTF-8";
    }
    if (failure instanceof FileSystemException system && system.getReason() != null) {
      // The kernel's words: "No space left on device".
      return system.getReason();
    }
    return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
  }

  /**
   * Makes a directory whose parent is there; does nothing if it exists. A mistyped path is refused that way, and not made.
   *
   * @throws IOException naming the directory that is missing
   */
  public static void requireDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
    Path parent = directory.getParent();
    if (Files.isDirectory(directory)) {
      return;
    }
    if (parent != null && !Files.isDirectory(parent)) {
      throw new IOException("directory " + parent + " does not exist: create it");
    }
    Files.createDirectory(directory, attributes);
  }
}
