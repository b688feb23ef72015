print("dmo")
