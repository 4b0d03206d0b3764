// Reads the answer to a query from its input, as the types that were generated.
using System;
using System.Linq;
using Newtonsoft.Json;
using Switchboard;

public class Answer {
  public class Content { public Types.AgentConnection agents; }
  public Content data;
}

public static class Program {
  public static void Main() {
    var agents = JsonConvert.DeserializeObject<Answer>(Console.In.ReadToEnd()).data.agents;
    var available = agents.nodes.Count(agent => agent.presence?.status?.status == Types.AgentStatus.AVAILABLE);
    Console.WriteLine(JsonConvert.SerializeObject(new { agents.totalCount, listed = agents.nodes.Count(), available }));
  }
}
