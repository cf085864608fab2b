package baton.storage.drive.fake;

/** What a request asks of the fake: the handle by which rules of faults take hold of it. */
public enum Operation {
  START_UPLOAD,
  CHUNK,
  UPLOAD_STATUS,
  DOWNLOAD,
  GET,
  LIST,
  CREATE,
  UPDATE,
  DELETE,
  GENERATE_IDS,
  ABOUT,
  EMPTY_TRASH,
  TOKEN,
  DEVICE_CODE,
  DEVICE_PAGE,
  REVOKE,
  OTHER;

  private static final String FILES = "/drive/v3/files";

  static Operation of(String method, String path, boolean media, boolean statusQuery) {
    if (path.equals("/upload" + FILES)) {
      return ofUpload(method, statusQuery);
    }
    if (path.equals(FILES) || path.startsWith(FILES + "/")) {
      return ofFiles(method, path.substring(FILES.length()), media);
    }
    return switch (path) {
      case "/drive/v3/about" -> ABOUT;
      case "/token" -> TOKEN;
      case "/device/code" -> DEVICE_CODE;
      case "/device" -> DEVICE_PAGE;
      case "/revoke" -> REVOKE;
      default -> OTHER;
    };
  }

  private static Operation ofUpload(String method, boolean statusQuery) {
    return switch (method) {
      case "POST" -> START_UPLOAD;
      case "PUT" -> statusQuery ? UPLOAD_STATUS : CHUNK;
      default -> OTHER;
    };
  }

  private static Operation ofFiles(String method, String rest, boolean media) {
    return switch (method) {
      case "GET" -> rest.isEmpty() ? LIST : ofGet(rest, media);
      case "POST" -> rest.isEmpty() ? CREATE : OTHER;
      case "PATCH" -> UPDATE;
      case "DELETE" -> rest.equals("/trash") ? EMPTY_TRASH : DELETE;
      default -> OTHER;
    };
  }

  private static Operation ofGet(String rest, boolean media) {
    if (rest.equals("/generateIds")) {
      return GENERATE_IDS;
    }
    return media ? DOWNLOAD : GET;
  }
}
