// Only for Newtonsoft.Json before 8.0, such as Debian's: newer ones have it.
namespace Newtonsoft.Json {
  public class JsonRequiredAttribute : System.Attribute { }
}
