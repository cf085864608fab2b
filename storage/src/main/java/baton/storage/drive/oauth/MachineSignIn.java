package baton.storage.drive.oauth;

import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import com.google.auth.Credentials;
import com.google.auth.oauth2.GoogleCredentials;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The sign-in of the machine on which a worker runs: Google's application-default credentials, or
 * in a Colab notebook the notebook's own.
 */
public final class MachineSignIn {
  private static final String SCOPE = "https://www.googleapis.com/auth/drive.file";
  private static final String FILE = "GOOGLE_APPLICATION_CREDENTIALS";
  private static final String METADATA = "GCE_METADATA_HOST";
  private static final String COLAB = "TBE_EPHEM_CREDS_ADDR";

  private MachineSignIn() {}

  /**
   * Finds it.
   *
   * @param environment shows whether this is a Colab notebook; Google's library reads its variables
   *     itself
   * @throws StoreException if there is none; the message says what to do
   */
  public static SignIn find(Map<String, String> environment) throws StoreException {
    String colab = environment.getOrDefault(COLAB, "");
    boolean isColab = !colab.isBlank() && environment.getOrDefault(FILE, "").isBlank();
    return new SignIn(isColab ? ofColab(colab) : ofGoogle());
  }

  /**
   * Finds a sign-in, if there is one that may be meant for Drive. A file with credentials, if
   * named, must be used, so a bad file is an error; the account of a virtual machine owns no space
   * in Drive.
   */
  public static Optional<SignIn> findIfAny(Map<String, String> environment) throws StoreException {
    if (!environment.getOrDefault(FILE, "").isBlank()) {
      return Optional.of(find(environment));
    }
    try {
      SignIn found = find(environment);
      boolean isNamed = !environment.getOrDefault(METADATA, "").isBlank();
      return found.isOfVirtualMachine() && !isNamed ? Optional.empty() : Optional.of(found);
    } catch (StoreException e) {
      return Optional.empty();
    }
  }

  private static Credentials ofColab(String server) throws StoreException {
    ColabCredentials credentials = new ColabCredentials(server);
    try {
      credentials.refresh();
      return credentials;
    } catch (IOException e) {
      throw none(
          "This Colab notebook is not signed in to Google. Run 'from google.colab import auth;"
              + " auth.authenticate_user()' in a cell, agree, and start the worker again.");
    }
  }

  private static Credentials ofGoogle() throws StoreException {
    try {
      return GoogleCredentials.getApplicationDefault().createScoped(List.of(SCOPE));
    } catch (IOException e) {
      throw none(
          "This machine has no usable Google sign-in for Drive. Run 'gcloud auth"
              + " application-default login' with your OAuth client and the scope drive.file, or"
              + " let "
              + FILE
              + " name a file with credentials; docs/guide/drive.md has the steps. Or use the"
              + " coordinator's: say --drive-access lent.");
    }
  }

  /** Omits the cause: the message of Google's library may quote the credentials. */
  private static StoreException none(String sentence) {
    return new StoreException(Kind.UNREACHABLE, sentence);
  }
}
