// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import java.util.List;
import org.apache.ftpserver.DataConnectionConfigurationFactory;
import org.apache.ftpserver.FtpServerFactory;
import org.apache.ftpserver.listener.ListenerFactory;
import org.apache.ftpserver.usermanager.impl.BaseUser;
import org.apache.ftpserver.usermanager.impl.WritePermission;

/** An FTP server for anonymous: {@code FtpServerMain DIRECTORY PORT}. Data of active mode come from the port below. Says "ready". */
final class FtpServerMain {
  private FtpServerMain() {}

  public static void main(String[] arguments) throws Exception {
    int port = Integer.parseInt(arguments[1]);
    DataConnectionConfigurationFactory data = new DataConnectionConfigurationFactory();
    data.setActiveEnabled(true);
    data.setActiveLocalPort(port - 1);
    data.setActiveIpCheck(true);
    ListenerFactory listener = new ListenerFactory();
    listener.setPort(port);
    listener.setDataConnectionConfiguration(data.createDataConnectionConfiguration());
    FtpServerFactory server = new FtpServerFactory();
    server.addListener("default", listener.createListener());
    BaseUser user = new BaseUser();
    user.setName("anonymous");
    user.setHomeDirectory(arguments[0]);
    user.setAuthorities(List.of(new WritePermission()));
    server.getUserManager().save(user);
    server.createServer().start();
    System.out.println("ready");
  }
}
